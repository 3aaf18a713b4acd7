// A network: its units in layers and its weights between them, its steps by unit and by layer, and the residual of a
// unit as the formulas write it.

// Places, in pixels: columns and rows, rows where a layer is high, radius; and what of a wide layer is shown.
const [COLUMN, ROW, CLOSE_ROW, RADIUS, SIDE, TOP] = [180, 104, 64, 30, 76, 30];
const [CLOSE, WIDE, FIRST] = [5, 20, 7];

// Take the units of one of the samples that are in the graph.
function showCopy(number) {
  Object.assign(network, network.copies[number]);
}

const into = (unit) => network.weights.filter((weight) => weight.to === unit.number);
const outOf = (unit) => network.weights.filter((weight) => weight.from === unit.number);
const layerOf = (number) => network.units.filter((unit) => unit.layer === number);
const layerNumbers = () => [...new Set(network.units.map((unit) => unit.layer))];

// Steps ----------------------------------------------------------------------------------------------------------------

// The steps by unit: forward each unit's z and a, or first all z of a layer where its activations are of all of them, as
// those of softmax are; then the cost; backward each unit's δ with the gradients of its weights and bias. By layer: the
// same, those of a layer at once.
function networkStops(stride) {
  const stops = [];
  const ofNode = new Map([...network.weights.map(({ node, to }) => [node, network.units[to]]),
    ...network.units.map((unit) => [unit.a, unit])]);
  const ofUnit = new Map(network.units.map((unit) => [unit, []]));
  for (const index of graph.forward) ofUnit.get(ofNode.get(network.owner[index]))?.push(index);
  const computed = (unit) => ofUnit.get(unit);
  for (const layer of layerNumbers().slice(1)) {
    const units = layerOf(layer);
    const totals = new Set(units.map((unit) => unit.z));
    const before = (unit, index) => { // whether z is computed by way of this node
      const seen = new Set([unit.z]);
      for (const at of [...computed(unit)].reverse()) if (seen.has(at)) nodes[at].inputs.forEach((x) => seen.add(x));
      return seen.has(index);
    };
    const joined = units.some((unit) => computed(unit).some((index) =>
      index !== unit.z && nodes[index].inputs.some((x) => totals.has(x) && x !== unit.z)));
    if (joined) {
      units.forEach((unit) => stops.push({ phase: "forward", layer, units: [unit], what: "z",
        computes: computed(unit).filter((index) => before(unit, index)) }));
      units.forEach((unit) => stops.push({ phase: "forward", layer, units: [unit], what: "a", computes: units
        .flatMap(computed).filter((index) => !units.some((other) => other !== unit && index === other.a)) }));
    } else {
      units.forEach((unit) => stops.push({ phase: "forward", layer, units: [unit], what: "za", computes: computed(unit) }));
    }
  }
  stops.push({ phase: "forward", layer: "cost", units: [], what: "cost", computes: graph.forward });
  for (const layer of layerNumbers().slice(1).reverse()) {
    for (const unit of layerOf(layer)) {
      const weights = into(unit).map(({ node }) => node);
      stops.push({ phase: "backward", layer, units: [unit], what: "δ",
        hands: [unit.a, ...computed(unit), ...weights, ...(unit.b === null ? [] : [unit.b])] });
    }
  }
  stops.at(-1).hands = nodes.map((_, index) => index); // and what is left: the inputs
  return stride === "unit" ? stops : byLayer(stops);
}

function byLayer(stops) {
  const merged = [];
  for (const stop of stops) {
    const before = merged.at(-1);
    const same = before && before.phase === stop.phase && before.layer === stop.layer && before.what === stop.what;
    if (!same) merged.push({ ...stop, units: [...stop.units] });
    else {
      before.units.push(...stop.units);
      for (const list of ["computes", "hands"]) if (stop[list]) before[list] = [...before[list], ...stop[list]];
    }
  }
  return merged;
}

function stopTitle({ units, layer, what, phase }) {
  if (what === "cost") return say("stop.cost", { name: rootName });
  const [first] = units;
  if (units.length > 1) return say(`stop.layer.${phase}`, { layer, count: units.length });
  return say(`stop.unit.${phase}`, { unit: first.mark, name: name(what === "z" ? first.z : first.a) });
}

function stopWords(stop) {
  return [phase(stop.phase), element("span", {}, stopTitle(stop)), ...stopBody(stop)];
}

// The cost in activations and targets; node by node where that is long.
function costWords() {
  if (!graph.formula || graph.formula.length > LONG_FORMULA) return ruleWords(graph.root);
  return [element("b", {}, rootName), ` = ${graph.formula}`, newLine(), "= ", coloured("total", value(run.values[graph.root]))];
}

function stopBody(stop) {
  if (stop.what === "cost") return [equation(...costWords())];
  if (stop.units.length > 1) return layerWords(stop);
  const [unit] = stop.units;
  return stop.phase === "forward" ? unitWords(unit, stop.what) : residualWords(unit);
}

// What is computed at all units of a layer, in the letters of the formulas: i is a unit of it, j one of its neighbours.
function layerFormulas({ units: [unit], what }) {
  const layer = ({ mark }) => mark.slice(0, mark.indexOf("⁾") + 1);
  const at = (one, letters) => name(one.a).replace(one.mark, layer(one) + letters);
  const [here, weights] = [layer(unit), into(unit)];
  const below = network.units[weights[0].from];
  const [z, bias] = [`z${here}ᵢ`, unit.b === null ? null : `b${layer(below)}ᵢ`];
  if (what !== "δ") {
    const sum = `${z} = Σⱼ W${layer(below)}ᵢⱼ ${at(below, "ⱼ")}${bias ? ` + ${bias}` : ""}`;
    return [...(what === "a" ? [] : [sum]), ...(what === "z" || unit.z === unit.a ? [] : [`${at(unit, "ᵢ")} = f(${z})`])];
  }
  const [above] = outOf(unit).map(({ to }) => network.units[to]);
  const incoming = above ? `(Σⱼ W${here}ⱼᵢ δ${layer(above)}ⱼ)` : `∂${rootName}/∂${at(unit, "ᵢ")}`;
  const delta = slopeStep(unit) ? `${incoming} f′(${z})` : `∂${rootName}/∂${z}`;
  return [`δ${here}ᵢ = ${delta}`, `∂${rootName}/∂W${layer(below)}ᵢⱼ = ${at(below, "ⱼ")} δ${here}ᵢ`,
    ...(bias ? [`∂${rootName}/∂${bias} = δ${here}ᵢ`] : [])];
}

function layerWords(stop) {
  const { units, what } = stop;
  const rows = units.slice(0, 2 * MOST_TERMS).flatMap((unit) => {
    const slope = slopeStep(unit);
    const product = slope ? [bracketed(gradient(run.gradients[unit.a])), " × ", bracketed(local(slope.local)), " = "] : [];
    if (what === "δ") return row(`δ${unit.mark}`, ...product, gradient(run.gradients[unit.z]));
    const both = what === "za" && unit.z !== unit.a;
    return row(name(what === "z" ? unit.z : unit.a), value(run.values[what === "z" ? unit.z : unit.a]),
      ...(both ? [` = f(${long(run.values[unit.z])})`] : []));
  });
  if (units.length > 2 * MOST_TERMS) rows.push(...row("", say("more", { count: units.length - 2 * MOST_TERMS })));
  return [...layerFormulas(stop).map((line) => equation(line)), element("dl", {}, ...rows)];
}

// z of a unit as the sum of its terms, in names and in numbers.
const sumOf = (unit, term, bias) => [...terms(into(unit).map(({ node, from }) => [node, network.units[from].a]), term),
  ...(unit.b === null ? [] : [" + ", bias(unit.b)])];
const sumOfNames = (unit) => sumOf(unit, ([w, a]) => [name(w), " ", name(a)], name);
const sumOfNumbers = (unit) => sumOf(unit,
  ([w, a]) => [bracketed(value(run.values[w])), " × ", bracketed(value(run.values[a]))], (b) => bracketed(value(run.values[b])));

// Forward at one unit: z, and a = f(z).
function unitWords(unit, what) {
  const words = [];
  if (what !== "a") {
    words.push(equation(element("b", {}, name(unit.z)), " = ", ...sumOfNames(unit), newLine(), "= ", ...sumOfNumbers(unit),
      newLine(), "= ", coloured("total", value(run.values[unit.z]))));
  }
  if (what !== "z" && unit.a !== unit.z) words.push(equation(...ruleWords(unit.a)));
  return words;
}

// What the units of the next layer hand back to one: Σ W δ, in names and in numbers.
const incomingNames = (next) => terms(next, ({ node, to }) => [name(node), " δ", network.units[to].mark]);
const incomingNumbers = (next) => terms(next, ({ node, to }) =>
  [bracketed(value(run.values[node])), " × ", bracketed(gradient(run.gradients[network.units[to].z]))]);

// The hint of a question about a unit or a weight, as the formulas write it; null where they have none.
function networkHint({ kind, node }) {
  const unit = network.units.find(({ z, a }) => z !== null && node === (kind === "value" ? a : z));
  if (kind === "value" && unit) {
    const activation = (before, write) => (unit.a === unit.z ? [] : [newLine(), before, write(rule(unit.a).value, unit.a)]);
    return { word: say("hint.unit"), names: [name(unit.z), " = ", ...sumOfNames(unit), ...activation(`${name(unit.a)} = `, inNames)],
      numbers: [...sumOfNumbers(unit), ...activation("", inNumbers)] };
  }
  if (kind !== "gradient" || network.copies.length > 1) return null;
  const weight = weightOf(node);
  if (weight) {
    const [{ a }, { z, mark }] = [network.units[weight.from], network.units[weight.to]];
    return { word: say("hint.weight"), names: [gradientName(node), " = ", name(a), ` × δ${mark}`],
      numbers: [bracketed(value(run.values[a])), " × ", bracketed(gradient(run.gradients[z]))] };
  }
  const slope = unit && slopeStep(unit);
  if (!slope) return null;
  const next = outOf(unit);
  return { word: say(next.length ? "hint.delta" : "hint.delta.output"),
    names: [`δ${unit.mark} = `, ...(next.length ? ["(", ...incomingNames(next), ")"] : [gradientName(unit.a)]), ` f′(${name(unit.z)})`],
    numbers: [...(next.length ? ["(", ...incomingNumbers(next), ")"] : [bracketed(gradient(run.gradients[unit.a]))]), " × ",
      bracketed(local(slope.local))] };
}

// The step back from a unit's activation to its z, whose local derivative is f′(z); null where f is not of z alone.
const slopeStep = (unit, { steps } = run) => (unit.z === unit.a ? null
  : steps.find((step) => step.node === unit.a && step.input === unit.z) ?? null);

// The residual of a unit as the formulas write it: δ = (Σ W δ of the next layer) f′(z), then ∂J/∂W and ∂J/∂b from it.
function residualWords(unit) {
  if (hidden(unit.z)) return [note(say("quiz.hidden"))];
  const delta = run.gradients[unit.z];
  const slope = slopeStep(unit);
  const upstream = () => gradient(run.gradients[unit.a]);
  const next = outOf(unit);
  const rows = row("z", `${name(unit.z)} = `, value(run.values[unit.z]));
  if (unit.z !== unit.a) rows.push(...row("a", `${name(unit.a)} = `, value(run.values[unit.a])));
  if (next.length && next.every(({ to }) => run.gradients[network.units[to].z] !== null)) {
    rows.push(...row(say("row.incoming"), "Σ W δ = ", ...incomingNames(next), newLine(), "= ", ...incomingNumbers(next),
      newLine(), "= ", upstream()));
  } else if (slope) rows.push(...row(say("row.incoming"), `${gradientName(unit.a)} = `, upstream()));
  if (slope) rows.push(...row("f′(z)", ...localWords(slope)));
  const product = slope ? [bracketed(upstream()), " × ", bracketed(local(slope.local)), newLine(), "= "] : [];
  rows.push(...row(say("row.residual"), coloured("g", `δ${unit.mark}`), ` = ${gradientName(unit.z)}`, newLine(),
    "= ", ...product, element("b", { class: "sum" }, gradient(delta))));
  const weights = into(unit).filter(({ node }) => run.gradients[node] !== null && !hidden(node));
  for (const weight of weights.slice(0, MOST_TERMS)) rows.push(...row(gradientName(weight.node), ...weightTerms(weight)));
  if (weights.length > MOST_TERMS) rows.push(...row("", say("more.weights", { count: weights.length - MOST_TERMS })));
  if (unit.b !== null) rows.push(...row(gradientName(unit.b), `δ${unit.mark} = `, gradient(run.gradients[unit.b])));
  return [element("dl", {}, ...rows), ...flatWords([unit])];
}

// ∂J/∂W = a δ.
function weightTerms({ node, from, to }) {
  const [{ a }, { z, mark }] = [network.units[from], network.units[to]];
  const product = run.values[a] * run.gradients[z];
  const share = Math.abs(product - run.gradients[node]) > 1e-9 * Math.abs(run.gradients[node]);
  return [`${name(a)} × δ${mark} = `, bracketed(value(run.values[a])), " × ", bracketed(gradient(run.gradients[z])), " = ",
    gradient(product), ...(share ? [` ${say("share", { whole: long(run.gradients[node]) })}`] : [])];
}

function weightWords(weight) {
  if (hidden(weight.node)) return [note(say("quiz.hidden"))];
  return [element("dl", {}, ...row("W", value(run.values[weight.node])),
    ...row(gradientName(weight.node), ...weightTerms(weight))),
  equation("= ", element("b", { class: "sum" }, gradient(run.gradients[weight.node])))];
}

// Units that nearly nothing comes back through: dead, where f′(z) is 0; saturated, where it is below a hundredth.
const slopeOf = (unit, of) => slopeStep(unit, of)?.local ?? 1;
const isFlat = (unit, runs) => runs.every((one) => Math.abs(slopeOf(unit, one)) < 0.01);

function flatWords(units, runs = [run]) {
  const flat = units.filter((unit) => unit.z !== null && unit.z !== unit.a && isFlat(unit, runs));
  const dead = flat.filter((unit) => runs.every((one) => slopeOf(unit, one) === 0));
  const words = (key, some) => (some.length ? [note(say(key, { units: some.map((unit) => name(unit.a)).join(", ") }))] : []);
  return [...words("dead", dead), ...words("saturated", flat.filter((unit) => !dead.includes(unit)))];
}

// The picture ----------------------------------------------------------------------------------------------------------

// The units of a layer that are shown: of a wide one that is folded the first ones and the last.
const shownUnits = (layer) => (layer.length <= WIDE || state.opened.has(layer[0].layer) ? layer
  : [...layer.slice(0, FIRST), null, layer.at(-1)]); // null: those left out

function drawNetwork() {
  parts = noParts();
  const columns = layerNumbers().map(layerOf);
  const rows = columns.map(shownUnits);
  const highest = Math.max(...rows.map((shown) => shown.length));
  const close = highest > CLOSE;
  const step = close ? CLOSE_ROW : ROW;
  const [width, height] = [2 * SIDE + COLUMN * columns.length, TOP + step * highest + 14];
  const x = (column) => SIDE + COLUMN * column;
  const places = new Map();
  rows.forEach((shown, column) => shown.forEach((unit, i) => {
    places.set(unit ? unit.number : `more ${column}`, { x: x(column), y: TOP + step * (i + 0.5 + (highest - shown.length) / 2) });
  }));
  const lines = network.weights.filter(({ from, to }) => places.has(from) && places.has(to));
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": say("network.of"),
    class: [lines.length > 60 && "dense", close && "close"].filter(Boolean).join(" ") });
  columns.forEach((layer, column) => {
    const kind = column === 0 ? "input" : column === columns.length - 1 ? "output" : "hidden";
    picture.append(drawn("text", { x: x(column), y: 18, class: "layer-name" },
      say(`layer.${kind}`, { number: layer[0].layer })));
  });
  const cost = { x: x(columns.length), y: TOP + step * highest / 2 };
  for (const unit of columns.at(-1)) {
    const place = places.get(unit.number);
    if (place) picture.append(drawn("line", { class: "to-cost", x1: place.x, y1: place.y, x2: cost.x, y2: cost.y }));
  }
  for (const { node, from, to } of lines) addWeight(picture, node, places.get(from), places.get(to));
  rows.forEach((shown, column) => {
    for (const unit of shown) {
      if (unit) addUnit(picture, unit, places.get(unit.number), close);
      else addMore(picture, columns[column], places.get(`more ${column}`), shown.length - 1);
    }
  });
  const number = drawn("text", { y: 4, class: "number", "text-anchor": "middle" });
  const slope = drawn("text", { y: 34, class: "gradient", "text-anchor": "middle" });
  addNode(picture, graph.root, cost, { number, slope }, drawn("rect", { x: -42, y: -18, width: 84, height: 36, rx: 8 }),
    drawn("text", { y: -26, "text-anchor": "middle", class: "title" }, nodes[graph.root].short));
  showPicture(picture, width, height);
  find("stage").scrollTop = (find("stage").scrollHeight - find("stage").clientHeight) / 2;
}

function addWeight(picture, node, start, end) {
  const ends = { x1: start.x, y1: start.y, x2: end.x, y2: end.y };
  const line = drawn("line", { ...ends, class: "drawn" });
  const group = drawn("g", {}, line, drawn("line", { ...ends, class: "hit" }), drawn("title"));
  group.addEventListener("click", () => select(node));
  parts.weights.set(node, { group, line });
  picture.append(pressed(group, node));
}

// In a high layer a unit has its number alone; its name and δ stand beside it while it is lit, or close by.
function addUnit(picture, unit, place, close) {
  const number = drawn("text", { y: 4, class: "number" });
  const slope = drawn("text", { y: close ? 5 : 44, x: close ? RADIUS + 6 : 0, class: "gradient" });
  const title = drawn("text", { y: close ? 5 : -35, x: close ? -RADIUS - 6 : 0, class: "title" }, name(unit.a));
  addNode(picture, unit.a, place, { number, slope, unit }, drawn("circle", { r: RADIUS }), title);
}

function addMore(picture, layer, { x, y }, shown) {
  const words = say("layer.more", { count: layer.length - shown, number: layer[0].layer });
  const open = () => { state.opened.add(layer[0].layer); setView("network"); };
  const group = drawn("g", { class: "more", transform: `translate(${x} ${y})`, role: "button", tabindex: 0, "aria-label": words },
    drawn("title", {}, words), drawn("circle", { r: 17 }), drawn("text", { y: 5, "text-anchor": "middle" }, `+${layer.length - shown}`));
  group.addEventListener("click", open);
  group.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  picture.append(group);
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

// What a step by unit or layer is about, and what it uses.
function markUnits({ units, phase, what }, mark) {
  if (what === "cost") mark(graph.root, "forward");
  for (const unit of units) {
    mark(unit.a, phase);
    const uses = phase === "forward" ? (what === "a" ? [] : into(unit)) : outOf(unit);
    for (const weight of uses) {
      mark(weight.node, "used");
      mark(network.units[phase === "forward" ? weight.from : weight.to].a, phase === "forward" ? "used" : "lit");
    }
    if (phase === "backward" && !uses.length) mark(graph.root, "lit");
    if (phase === "backward") for (const weight of into(unit)) mark(weight.node, "receiving");
    if (units.length > 1) for (const weight of [...uses, ...into(unit)]) mark(weight.node, "many"); // as faint as all of them need
  }
}
