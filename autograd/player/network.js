// A network: its units in layers, its weights between them, and the residual of a unit as the formulas write it.

// The unit of the network whose activation a node is, null for one of the input layer.
const unitOf = (index) => (network && network.units.find((one) => one.a === index && one.z !== null)) || null;

// The unit or weight of the network that a node of the graph belongs to, as the node that is drawn.
const drawnFor = (index) => (state.view === "network" ? network.owner[index] : index); // −1: in another sample

function drawNetwork() {
  parts = noParts();
  const { size: [width, height], units, weights, cost, layers } = network;
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "The network, layer by layer",
    class: weights.length > 60 ? "dense" : "" });
  for (const layer of layers) picture.append(drawn("text", { x: layer.x, y: 18, class: "layer-name" }, layer.name));
  for (const { x, y, output } of units) {
    if (output) picture.append(drawn("line", { class: "to-cost", x1: x, y1: y, x2: cost.x, y2: cost.y }));
  }
  for (const { node, from, to } of weights) {
    const ends = { x1: units[from].x, y1: units[from].y, x2: units[to].x, y2: units[to].y };
    const line = drawn("line", { ...ends, class: "drawn" });
    const group = drawn("g", { class: "weight", tabindex: 0, role: "button", "data-node": node }, line, drawn("line", { ...ends, class: "hit" }), drawn("title"));
    group.addEventListener("click", () => select(node));
    group.addEventListener("keydown", (event) => { if (event.key === "Enter") select(node); });
    parts.weights.set(node, { group, line });
    picture.append(group);
  }
  for (const unit of units) {
    const number = drawn("text", { y: 4, class: "number" });
    const slope = drawn("text", { y: 44, class: "gradient" });
    const title = drawn("text", { y: -35 }, name(unit.a));
    const group = drawn("g", { class: "unit", transform: `translate(${unit.x} ${unit.y})` }, drawn("circle", { r: 28 }), title, number, slope);
    addNode(picture, unit.a, group, { number, slope, unit });
  }
  const number = drawn("text", { y: 4, class: "number", "text-anchor": "middle" });
  const box = drawn("g", { class: "unit", transform: `translate(${cost.x} ${cost.y})` },
    drawn("rect", { x: -38, y: -18, width: 76, height: 36, rx: 8 }), drawn("text", { y: -26, "text-anchor": "middle" }, nodes[graph.root].short), number);
  addNode(picture, graph.root, box, { number, slope: drawn("text") });
  showPicture(picture, width, height);
  find("stage").scrollTop = (find("stage").scrollHeight - find("stage").clientHeight) / 2;
}

// Weights as lines: the larger, the thicker.
function refreshWeights(gradients, marks) {
  const largest = Math.max(...[...parts.weights.keys()].map((index) => Math.abs(run.values[index])), 1e-9);
  for (const [index, { group, line }] of parts.weights) {
    const weight = run.values[index];
    line.style.strokeWidth = marks.nodes.get(index)?.length ? "" : (0.8 + 3.2 * Math.abs(weight) / largest).toFixed(2);
    group.setAttribute("class", ["weight", weight < 0 ? "negative" : "", ...(marks.nodes.get(index) ?? [])].filter(Boolean).join(" "));
    const words = `${name(index)} = ${long(weight)}, ${gradientName(index)} = ${gradientText(index, gradients)}`;
    group.setAttribute("aria-label", words);
    group.querySelector("title").textContent = words;
  }
}

// The residual of a unit as the formulas write it: δ = (Σ W δ of the next layer) f′(z), then ∂J/∂W and ∂J/∂b from it.
function residualWords(unit) {
  const delta = run.gradients[unit.z];
  if (hidden(unit.z)) return [element("p", { class: "note" }, "Hidden during the quiz.")];
  const next = network.weights.filter((weight) => weight.from === unit.number);
  const into = network.weights.filter((weight) => weight.to === unit.number);
  const slope = unit.z === unit.a ? null : run.steps.find((step) => step.node === unit.a && step.input === unit.z);
  const sign = element("span", { class: "g" }, `δ${unit.mark}`);
  const residuals = next.map((weight) => network.units[weight.to]);
  const incoming = next.length && residuals.every((to) => run.gradients[to.z] !== null);
  const rows = [...row("z", `${name(unit.z)} = `, value(run.values[unit.z]))];
  if (unit.z !== unit.a) rows.push(...row("a", `${name(unit.a)} = `, value(run.values[unit.a])));
  if (slope) rows.push(...row("f′(z)", ...localWords(slope)));
  if (incoming) {
    rows.push(...row("incoming", "Σ W δ = ", ...terms(next.map((weight, i) => ({ weight, to: residuals[i] })), ({ weight, to }) => [
      bracketed(value(run.values[weight.node])), " · ", bracketed(gradient(run.gradients[to.z]))]), element("br"), "= ", gradient(run.gradients[unit.a])));
  } else if (slope) rows.push(...row("incoming", `${gradientName(unit.a)} = `, gradient(run.gradients[unit.a])));
  rows.push(...row("residual", sign, ` = ${gradientName(unit.z)}`, element("br"), "= ",
    ...(slope ? [bracketed(gradient(run.gradients[unit.a])), " · ", bracketed(local(slope.local)), element("br"), "= "] : []),
    element("b", { id: "sum" }, gradient(delta))));
  for (const weight of into.slice(0, MOST_TERMS)) {
    if (run.gradients[weight.node] === null) continue;
    const from = network.units[weight.from];
    rows.push(...row(`∂${rootName}/∂${name(weight.node)}`, `${name(from.a)} · δ = `, bracketed(value(run.values[from.a])), " · ", bracketed(gradient(delta)), " = ",
      gradient(run.gradients[weight.node])));
  }
  if (unit.b !== null) rows.push(...row(`∂${rootName}/∂${name(unit.b)}`, "δ = ", gradient(run.gradients[unit.b])));
  return [element("dl", {}, ...rows)];
}
