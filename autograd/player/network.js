// A network: its units in layers, its weights between them, and the residual of a unit as the formulas write it.

// The unit of the network whose activation a node is, null for one of the input layer.
const unitOf = (index) => (network && network.units.find((one) => one.a === index && one.z !== null)) || null;

// The unit or weight of the network that a node of the graph belongs to, as the node that is drawn.
const drawnFor = (index) => (state.view === "network" ? network.owner[index] : index); // −1: in another sample

function drawNetwork() {
  parts = noParts();
  const { size: [width, height], units, weights, cost, layers } = network;
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": "The network, layer by layer", class: weights.length > 60 ? "dense" : "" });
  for (const layer of layers) picture.append(drawn("text", { x: layer.x, y: 18, class: "layer-name" }, layer.name));
  for (const { x, y, output } of units) {
    if (output) picture.append(drawn("line", { class: "to-cost", x1: x, y1: y, x2: cost.x, y2: cost.y }));
  }
  for (const { node, from, to } of weights) {
    const ends = { x1: units[from].x, y1: units[from].y, x2: units[to].x, y2: units[to].y };
    const line = drawn("line", { ...ends, class: "drawn" });
    const group = drawn("g", {}, line, drawn("line", { ...ends, class: "hit" }), drawn("title"));
    group.addEventListener("click", () => select(node));
    parts.weights.set(node, { group, line });
    picture.append(pressed(group, node));
  }
  for (const unit of units) {
    const number = drawn("text", { y: 4, class: "number" });
    const slope = drawn("text", { y: 44, class: "gradient" });
    const title = drawn("text", { y: -35 }, name(unit.a));
    addNode(picture, unit.a, unit, { number, slope, unit }, drawn("circle", { r: 28 }), title);
  }
  const box = drawn("rect", { x: -38, y: -18, width: 76, height: 36, rx: 8 });
  const title = drawn("text", { y: -26, "text-anchor": "middle" }, nodes[graph.root].short);
  const number = drawn("text", { y: 4, class: "number", "text-anchor": "middle" });
  const slope = drawn("text", { y: 34, class: "gradient", "text-anchor": "middle" });
  addNode(picture, graph.root, cost, { number, slope }, box, title);
  showPicture(picture, width, height);
  find("stage").scrollTop = (find("stage").scrollHeight - find("stage").clientHeight) / 2;
}

// Weights as lines: the larger, the thicker.
function refreshWeights(gradients, marks) {
  const largest = Math.max(...[...parts.weights.keys()].map((index) => Math.abs(run.values[index])), 1e-9);
  for (const [index, { group, line }] of parts.weights) {
    const weight = run.values[index];
    line.setAttribute("stroke-width", (0.8 + 3.2 * Math.abs(weight) / largest).toFixed(2)); // page.css marks with its own
    setClasses(group, "weight", weight < 0 && "negative", ...(marks.nodes.get(index) ?? []));
    const words = `${name(index)} = ${long(weight)}, ${gradientName(index)} = ${gradientText(index, gradients)}`;
    group.setAttribute("aria-label", words);
    group.querySelector("title").textContent = words;
  }
}

// The residual of a unit as the formulas write it: δ = (Σ W δ of the next layer) f′(z), then ∂J/∂W and ∂J/∂b from it.
function residualWords(unit) {
  if (hidden(unit.z)) return [note("Hidden during the quiz.")];
  const delta = run.gradients[unit.z];
  const slope = unit.z === unit.a ? null : run.steps.find((step) => step.node === unit.a && step.input === unit.z);
  const upstream = () => gradient(run.gradients[unit.a]);
  const next = network.weights.filter((weight) => weight.from === unit.number);
  const residuals = new Map(next.map((weight) => [weight, run.gradients[network.units[weight.to].z]]));
  const rows = row("z", `${name(unit.z)} = `, value(run.values[unit.z]));
  if (unit.z !== unit.a) rows.push(...row("a", `${name(unit.a)} = `, value(run.values[unit.a])));
  if (slope) rows.push(...row("f′(z)", ...localWords(slope)));
  if (next.length && ![...residuals.values()].includes(null)) {
    const sum = terms(next, (weight) => [
      bracketed(value(run.values[weight.node])), " × ", bracketed(gradient(residuals.get(weight)))]);
    rows.push(...row("incoming", "Σ W δ = ", ...sum, newLine(), "= ", upstream()));
  } else if (slope) rows.push(...row("incoming", `${gradientName(unit.a)} = `, upstream()));
  const product = slope ? [bracketed(upstream()), " × ", bracketed(local(slope.local)), newLine(), "= "] : [];
  rows.push(...row("residual", coloured("g", `δ${unit.mark}`), ` = ${gradientName(unit.z)}`, newLine(),
    "= ", ...product, element("b", { id: "sum" }, gradient(delta))));
  const into = network.weights.filter(({ node, to }) => to === unit.number && run.gradients[node] !== null);
  for (const { node, from } of into.slice(0, MOST_TERMS)) {
    const { a } = network.units[from];
    rows.push(...row(gradientName(node), `${name(a)} × δ = `, bracketed(value(run.values[a])), " × ",
      bracketed(gradient(delta)), " = ", gradient(run.gradients[node])));
  }
  if (into.length > MOST_TERMS) rows.push(...row("", `… and ${into.length - MOST_TERMS} more weights`));
  if (unit.b !== null) rows.push(...row(gradientName(unit.b), "δ = ", gradient(run.gradients[unit.b])));
  return [element("dl", {}, ...rows)];
}
