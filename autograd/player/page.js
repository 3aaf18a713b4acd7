"use strict";
// The page: what it shows and what its controls do. All text reaches the document as text, never as markup.

const graph = JSON.parse(document.getElementById("graph").textContent);
graph.nodes.forEach((node) => { if (!node.op) node.value = Number(node.value); }); // "NaN" and "Infinity" too
const { nodes, network, layout } = graph;
if (network) Object.assign(network, network.copies[0]); // the units of the sample that is shown
const forwardCount = graph.forward.length;
const last = forwardCount + graph.backward.length;
const rootName = nodes[graph.root].name;
const recorded = nodes.map((node) => node.value);
const { leaves } = graph;
const MOST_LEAVES = 24; // with more than this, the list shows the selected leaf only
const MOST_PATHS = 24;
const MOST_TERMS = 12;
const [SMALLEST, LEGIBLE, LARGEST] = [0.62, 0.7, 1.25]; // scales of the picture, as page.py has them

const state = {
  leafValues: [...recorded],
  parameters: new Set(graph.parameters),
  position: last, // steps done: the forward ones, then the backward ones
  touched: false, // whether the reader has used the player
  selected: null, // a node
  path: null, // the one of its paths that is lit, by number
  view: network ? "network" : "graph",
  history: [], // values of the root, one per descent step
  quiz: null, // {node, solved, tries, right, asked}: the node asked about, those found, answers to it, scores
};
let run = compute(graph, state.leafValues);

const find = (id) => document.getElementById(id);

// Elements and words ---------------------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A number for people: `digits` figures, a true minus sign.
function show(x, digits = 4) {
  if (x === null) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  let text;
  if (x === 0) text = "0";
  else if (Number.isInteger(x) && Math.abs(x) < 1e6) text = String(x);
  else if (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6) text = x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  else text = String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

const long = (x) => show(x, 6);
const name = (index) => nodes[index].name;
const rule = (index) => graph.texts[nodes[index].text]; // how an operation is written
const partialName = (of, by) => `∂${name(of)}/∂${name(by)}`;
const gradientName = (index) => partialName(graph.root, index);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// Coloured pieces of a formula: v a value, g a gradient, l a local derivative.
const value = (x) => element("span", { class: "v", title: String(x) }, long(x));
const gradient = (x) => element("span", { class: "g", title: String(x) }, long(x));
const local = (x) => element("span", { class: "l", title: String(x) }, long(x));

function equation(...pieces) {
  return element("p", { class: "equation" }, ...pieces);
}

// A row of a list of definitions.
function row(term, ...pieces) {
  return [element("dt", {}, term), element("dd", {}, equation(...pieces))];
}

// A formula such as "1 − {out} × {out}" with names or numbers in the holes; a negative number beside a sign is put in
// parentheses.
function written(template, { inputs }, out, word) {
  const pieces = template.split(/\{(\w+)\}/);
  return pieces.map((piece, i) => {
    if (i % 2 === 0) return piece;
    const text = word(piece === "out" ? out : inputs[Number(piece)]);
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    const alone = (pieces.length === 3 && before === "" && after === "") || (/[(,] ?$/.test(before) && /^[,)]/.test(after));
    return text.startsWith("−") && !alone ? `(${text})` : text;
  }).join("");
}

const inNames = (template, index) => written(template, nodes[index], index, name);
const inNumbers = (template, index, { values } = run) => written(template, nodes[index], index, (i) => long(values[i]));

// What is shown at the position of the player ----------------------------------------------------------------------------

function forwardStep() { // the node that the current step computes, or null
  return state.position >= 1 && state.position <= forwardCount ? graph.forward[state.position - 1] : null;
}

function backwardStep() {
  return state.position > forwardCount ? run.steps[state.position - forwardCount - 1] : null;
}

function shownValues() {
  const shown = nodes.map((node, index) => (node.op ? null : run.values[index]));
  for (const index of graph.forward.slice(0, state.position)) shown[index] = run.values[index];
  return shown;
}

function shownGradients() {
  const shown = nodes.map(() => null);
  if (state.position <= forwardCount && state.position < last) return shown;
  shown[graph.root] = 1;
  for (const step of run.steps.slice(0, Math.max(0, state.position - forwardCount))) shown[step.input] = step.after;
  return shown;
}

// In the quiz the gradients are hidden until they are found.
const hidden = (index) => state.quiz !== null && index !== graph.root && !state.quiz.solved.has(index);

function gradientText(index, gradients) {
  return gradients[index] !== null && hidden(index) ? "?" : show(gradients[index]);
}

// The graph ------------------------------------------------------------------------------------------------------------

// Drawn once per view; `refresh` then sets texts and classes.
const noParts = () => ({ nodes: new Map(), edges: new Map(), weights: new Map() });
let parts = noParts();

function drawGraph() {
  parts = noParts();
  const [width, height] = layout.size;
  const picture = drawn("svg", { viewBox: `-8 -8 ${width + 16} ${height + 16}`, role: "group", "aria-label": `Graph of ${rootName}` });
  picture.append(drawn("defs", {}, arrow()));
  for (const { node, position, path, label } of layout.edges) {
    const line = drawn("path", { d: path, "marker-end": "url(#arrow)" });
    const text = drawn("text", label ? { x: label[0], y: label[1] + 2 } : {});
    const edge = drawn("g", { class: "edge" }, line, text);
    parts.edges.set(`${node} ${position}`, { edge, line, text });
    picture.append(edge);
  }
  layout.nodes.forEach(([x, y, w, h], index) => {
    const { constant, op } = nodes[index];
    const left = 9 - w / 2;
    const rect = drawn("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: op ? 6 : 16 });
    const title = drawn("text", { x: left, y: 17 - h / 2, class: "title" });
    const symbol = drawn("text", { x: w / 2 - 9, y: 17 - h / 2, class: "symbol", "text-anchor": "end" });
    const number = drawn("text", { x: w / 2 - 9, y: constant && !nodes[index].adjustable ? 4 : 37 - h / 2, class: "number", "text-anchor": "end" });
    const slope = drawn("text", { x: w / 2 - 9, y: 56 - h / 2, class: "gradient", "text-anchor": "end" });
    if (!constant || nodes[index].adjustable) title.append(nodes[index].short);
    if (op) symbol.append(rule(index).symbol);
    if (constant && !nodes[index].adjustable) fill(number, { x: 0, "text-anchor": "middle" }, []);
    const place = drawn("g", { transform: `translate(${x} ${y})` }, rect, title, symbol, number, slope);
    if (!constant) {
      for (const [word, at] of [["value", 37], ["grad", 56]]) {
        place.append(drawn("text", { x: left, y: at - h / 2, class: "symbol" }, word));
      }
    }
    addNode(picture, index, place, { number, slope });
  });
  showPicture(picture, width + 16, height + 16);
}

function arrow() {
  return drawn("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto", markerUnits: "userSpaceOnUse" },
    drawn("path", { class: "arrow", d: "M0 1L8 4L0 7z" }));
}

// Make a picture of a node a button, and one of a leaf also a handle to drag.
function addNode(picture, index, group, texts) {
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "button");
  group.setAttribute("data-node", index);
  group.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select(index);
    }
  });
  if (nodes[index].adjustable) dragged(group, index);
  else group.addEventListener("click", () => select(index));
  parts.nodes.set(index, { group, ...texts });
  picture.append(group);
}

function dragged(group, index) {
  let from = null;
  group.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, value: state.leafValues[index], moved: false };
    group.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  group.addEventListener("pointermove", (event) => {
    if (!from) return;
    const way = event.clientX - from.x;
    if (Math.abs(way) > 3) from.moved = true;
    if (from.moved) setLeaf(index, tidy(from.value + way * reach(index) / 150, reach(index) / 150));
  });
  group.addEventListener("pointerup", () => {
    if (from && !from.moved) select(index);
    from = null;
  });
  group.addEventListener("pointercancel", () => { from = null; });
}

function showPicture(picture, width, height) {
  find("stage").replaceChildren(picture);
  picture.dataset.width = width;
  picture.dataset.height = height;
  fit();
}

// Shrink or enlarge the picture to fit, and put the explanations below it where that gives it the room that it needs
// beside them; a picture that would get too small to read scrolls.
function fit() {
  const picture = find("stage").querySelector("svg");
  const { width, height } = picture.dataset;
  const main = document.querySelector("main");
  const room = (stacked) => {
    main.classList.toggle("stacked", stacked);
    return (find("stage").clientWidth - 16) / width;
  };
  const stacked = innerWidth <= 900 || (room(false) < LEGIBLE && room(true) >= SMALLEST);
  const scale = room(stacked) < SMALLEST ? LEGIBLE : Math.min(LARGEST, room(stacked));
  picture.setAttribute("width", width * scale);
  picture.setAttribute("height", height * scale);
}

// The network ------------------------------------------------------------------------------------------------------------

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

// The unit or weight of the network that a node of the graph belongs to, as the node that is drawn.
const drawnFor = (index) => (state.view === "network" ? network.owner[index] : index); // −1: in another sample

// Refresh ----------------------------------------------------------------------------------------------------------------

function refresh() {
  const values = shownValues();
  const gradients = shownGradients();
  const marks = marked();
  for (const [index, part] of parts.nodes) {
    const { group, number, slope, unit } = part;
    const residual = unit && unit.z !== null ? unit.z : index;
    number.textContent = show(values[index], unit ? 3 : 4);
    number.setAttribute("data-value", String(values[index]));
    const text = gradientText(residual, gradients);
    slope.textContent = nodes[residual].constant ? "" : unit ? (unit.z === null ? "" : `δ ${text}`) : text;
    slope.setAttribute("data-gradient", hidden(residual) ? "hidden" : String(gradients[residual]));
    const broken = (x) => x !== null && !Number.isFinite(x);
    group.setAttribute("class", ["node", unit ? "unit" : "", nodes[index].op ? "" : nodes[index].constant ? "constant" : "leaf", nodes[index].adjustable ? "handle" : "",
      values[index] === null ? "waiting" : "", broken(values[index]) || broken(gradients[residual]) ? "broken" : "",
      ...(marks.nodes.get(index) ?? [])].filter(Boolean).join(" "));
    group.setAttribute("aria-label", `${name(index)}, ${kind(index)}, value ${long(values[index])}`
      + (!nodes[residual].constant ? `, ${unit && unit.z !== null ? "residual" : "gradient"} ${gradientText(residual, gradients)}` : ""));
  }
  for (const [key, { edge, text }] of parts.edges) {
    const [node, position] = key.split(" ").map(Number);
    const step = run.steps.find((one) => one.node === node && one.position === position);
    edge.setAttribute("class", ["edge", ...(marks.edges.get(key) ?? [])].join(" "));
    text.textContent = step && values[node] !== null && !state.quiz ? show(step.local) : "";
  }
  const largest = Math.max(...[...parts.weights.keys()].map((index) => Math.abs(run.values[index])), 1e-9);
  for (const [index, { group, line }] of parts.weights) {
    const weight = run.values[index];
    line.style.strokeWidth = marks.nodes.get(index)?.length ? "" : (0.8 + 3.2 * Math.abs(weight) / largest).toFixed(2);
    group.setAttribute("class", ["weight", weight < 0 ? "negative" : "", ...(marks.nodes.get(index) ?? [])].filter(Boolean).join(" "));
    const words = `${name(index)} = ${long(weight)}, ${gradientName(index)} = ${gradientText(index, gradients)}`;
    group.setAttribute("aria-label", words);
    group.querySelector("title").textContent = words;
  }
  refreshTitle();
  refreshTransport();
  refreshStep();
  refreshLeaves();
  refreshDescend();
  refreshNode();
}

function kind(index) {
  const { op, constant } = nodes[index];
  return op ? rule(index).symbol : constant ? "constant" : "leaf";
}

// Classes of nodes and edges: what the current step or the selection lights up.
function marked() {
  const marks = { nodes: new Map(), edges: new Map() };
  const mark = (map, key, word) => map.set(key, [...(map.get(key) ?? []), word]);
  const node = forwardStep();
  const step = backwardStep();
  if (state.selected !== null) {
    if (!hidden(state.selected)) {
      const lit = litSteps();
      for (const { node: from, position, input } of lit) {
        mark(marks.edges, `${from} ${position}`, "lit");
        for (const end of new Set([drawnFor(from), drawnFor(input)])) mark(marks.nodes, end, "lit");
      }
    }
    mark(marks.nodes, drawnFor(state.selected), "selected");
  } else if (state.touched && !state.quiz && node !== null) {
    mark(marks.nodes, drawnFor(node), "forward");
    nodes[node].inputs.forEach((_, position) => mark(marks.edges, `${node} ${position}`, "forward"));
  } else if (state.touched && !state.quiz && step) {
    mark(marks.nodes, drawnFor(step.node), "backward");
    if (drawnFor(step.input) !== drawnFor(step.node)) mark(marks.nodes, drawnFor(step.input), "receiving");
    mark(marks.edges, `${step.node} ${step.position}`, "backward");
  }
  if (state.quiz?.node != null) mark(marks.nodes, drawnFor(state.quiz.node), "asked");
  return marks;
}

// The steps on the paths from the root to the selected node, or on the one path that is chosen.
function litSteps() {
  if (state.path !== null) return pathsFrom(graph, run, state.selected)[state.path].steps;
  const reached = new Set([state.selected]);
  const lit = [];
  for (const step of [...run.steps].reverse()) {
    if (reached.has(step.input)) {
      reached.add(step.node);
      lit.push(step);
    }
  }
  return lit;
}

function refreshTitle() {
  const out = shownValues()[graph.root];
  const formula = graph.formula ? [element("span", { class: "formula" }, graph.formula), " = "] : [];
  find("title").replaceChildren(`${rootName} = `, ...formula, element("b", { id: "root-value", title: String(out) }, out === null ? "…" : long(out)));
  const bad = graph.forward.find((index) => !Number.isFinite(run.values[index]));
  const steep = run.steps.find((step) => !Number.isFinite(step.contribution));
  let words = "";
  if (bad !== undefined) {
    const { value: formula, edges } = rule(bad);
    words = `${name(bad)} = ${inNumbers(formula, bad)} is ${show(run.values[bad])} here, so what follows from it is not a usual number. `
      + `Python's float arithmetic raises an error in such places rather than going on${edges ? `: ${edges}` : ""}.`;
  } else if (steep) {
    words = `${partialName(steep.node, steep.input)} is ${show(steep.local)} here, so gradients are not finite: `
      + (rule(steep.node).edges || "a product is too large for a float");
  }
  find("warning").hidden = !words;
  if (find("warning").textContent !== words) find("warning").textContent = words;
}

function refreshTransport() {
  const scrub = find("scrub");
  scrub.max = last;
  scrub.value = state.position;
  scrub.setAttribute("aria-valuetext", positionWords());
  const quiz = state.quiz !== null;
  find("to-start").disabled = find("step-back").disabled = quiz || state.position === 0;
  find("step-forward").disabled = quiz || state.position === last;
  find("play").disabled = scrub.disabled = quiz;
}

function positionWords() {
  if (state.position === 0) return "start: only the leaves have values";
  if (state.position <= forwardCount) return `forward step ${state.position} of ${forwardCount}`;
  return `backward step ${state.position - forwardCount} of ${last - forwardCount}`;
}

// The step ---------------------------------------------------------------------------------------------------------------

function refreshStep() {
  find("step-card").hidden = state.quiz !== null || (!state.touched && state.selected !== null);
  const card = find("step");
  const node = forwardStep();
  const step = backwardStep();
  if (!state.touched || (node === null && !step)) card.replaceChildren(...introduction());
  else if (node !== null) card.replaceChildren(...forwardWords(node));
  else card.replaceChildren(...backwardWords(step));
}

function introduction() {
  const words = state.touched
    ? "Nothing is computed yet: only the leaves have values. Step on."
    : "Press play (space) or step (→) to see every value computed, then every gradient handed back. "
      + "Drag a leaf to change its value. Click a node for its chain rule.";
  const reached = leaves.filter((index) => run.gradients[index] !== null);
  const found = reached.slice(0, 8);
  const more = reached.length - found.length;
  if (state.touched || !found.length) return [element("p", { class: "note" }, words)];
  return [element("p", { class: "note" }, words), equation(...found.flatMap((index, i) =>
    [i ? element("br") : "", `${gradientName(index)} = `, gradient(run.gradients[index])]), more ? element("br") : "", more ? `and ${more} more` : "")];
}

function phase(word, done, all) {
  return element("span", { class: `phase ${word}` }, `${word} ${done} of ${all}`);
}

function forwardWords(node) {
  return [phase("forward", state.position, forwardCount), element("span", {}, part(node)), equation(...ruleWords(node))];
}

// In the network, what a node without a name is part of.
function part(index) {
  const owner = drawnFor(index);
  return state.view !== "network" || owner === index || nodes[index].named ? "" : owner < 0 ? "in another sample" : `at ${name(owner)}`;
}

// An operation in names, in numbers and its value.
function ruleWords(node) {
  const formula = rule(node).value;
  return [element("b", {}, name(node)), ` = ${inNames(formula, node)}`, element("br"), `= ${inNumbers(formula, node)}`, element("br"),
    "= ", element("span", { class: "total" }, value(run.values[node]))];
}

function localWords(step) {
  const formula = rule(step.node).partials[step.position];
  const pieces = [element("span", { class: "l" }, partialName(step.node, step.input))];
  for (const text of [inNames(formula, step.node), inNumbers(formula, step.node)]) {
    if (/[^\d.−]/.test(text) && text !== long(step.local)) pieces.push(element("br"), `= ${text}`);
  }
  return [...pieces, element("br"), "= ", local(step.local)];
}

function backwardWords(step) {
  const { node, position, input, upstream, contribution, before, after, ready, usesDone, uses } = step;
  const operands = nodes[node].inputs.filter((index) => index === input).length;
  const which = operands > 1 ? ` (operand ${position + 1})` : "";
  return [phase("backward", state.position - forwardCount, last - forwardCount),
    element("span", {}, `from ${name(node)} back to ${name(input)}${which}${(part(input) || part(node)) && `, ${part(input) || part(node)}`}`),
    element("dl", {},
      ...row("rule", ...ruleWords(node)),
      ...row("upstream", element("span", { class: "g" }, gradientName(node)), " = ", gradient(upstream)),
      ...row("local", ...localWords(step)),
      ...row("contribution", gradient(upstream), " × ", local(step.local), element("br"), "= ", element("b", {}, gradient(contribution))),
      ...row("added", element("span", { class: "g" }, gradientName(input)), element("br"), `${long(before)} + `, gradient(contribution), " = ",
        element("b", { id: "after" }, gradient(after)))),
    element("p", { class: ready ? "ready whole" : "ready" }, readyWords(input, ready, usesDone, uses))];
}

function readyWords(input, ready, usesDone, uses) {
  if (!ready) return `${usesDone} of ${uses} uses of ${name(input)} have handed back: its gradient is not whole yet.`;
  const done = uses === 1 ? `The only use of ${name(input)} is done` : `${uses === 2 ? "Both" : `All ${uses}`} uses of ${name(input)} are done`;
  return `${done}: its gradient is whole${nodes[input].op ? ", and it can hand back in turn" : ""}.`;
}

function announce() {
  const node = forwardStep();
  const step = backwardStep();
  let words = positionWords();
  if (node !== null) words += `: ${name(node)} = ${inNumbers(rule(node).value, node)} = ${long(run.values[node])}`;
  if (step) {
    words += `: ${name(step.node)} hands ${long(step.upstream)} times ${long(step.local)} = ${long(step.contribution)} back to `
      + `${name(step.input)}, whose gradient is now ${long(step.after)}`;
  }
  find("live").textContent = words;
}

// A dot that runs along the edge of a backward step, with the contribution that it carries.
function travel() {
  document.querySelector(".traveller")?.remove();
  const step = backwardStep();
  const edge = step && parts.edges.get(`${step.node} ${step.position}`);
  if (!edge || state.selected !== null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const dot = drawn("g", { class: "traveller" }, drawn("circle", { r: 6 }), drawn("text", { y: 20 }, show(step.contribution)));
  edge.edge.parentNode.append(dot);
  const length = edge.line.getTotalLength();
  const time = Math.min(700, Number(find("speed").value) * 0.6);
  const start = performance.now();
  const move = (now) => {
    if (!dot.isConnected) return;
    const part = Math.min(1, Math.max(0, (now - start) / time));
    const { x, y } = edge.line.getPointAtLength(length * (1 - part));
    dot.setAttribute("transform", `translate(${x} ${y})`);
    if (part < 1) requestAnimationFrame(move);
    else dot.remove();
  };
  move(start);
}

// The picture of a node, undefined if it is in a sample that is not shown.
const pictureOf = (index) => (parts.nodes.get(drawnFor(index)) ?? parts.weights.get(drawnFor(index)))?.group;

// Scroll the stage to what the step or the question is about, where that is out of its sight.
function follow() {
  const current = state.touched ? forwardStep() ?? backwardStep()?.input : null;
  const index = state.quiz ? state.quiz.node : current;
  const group = index != null && pictureOf(index);
  if (!group) return;
  const stage = find("stage");
  const [inner, outer] = [group.getBoundingClientRect(), stage.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) stage.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  if (inner.top < outer.top || inner.bottom > outer.bottom) stage.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
}

// Play -------------------------------------------------------------------------------------------------------------------

let timer = null;

function go(position) {
  state.position = Math.max(0, Math.min(last, position));
  state.touched = true;
  state.selected = state.path = null;
  refresh();
  announce();
  travel();
  follow();
}

function play() {
  if (timer !== null) return pause();
  if (state.position === last) go(0);
  const tick = () => {
    go(state.position + 1);
    if (state.position === last) pause();
    else timer = setTimeout(tick, Number(find("speed").value));
  };
  timer = setTimeout(tick, 300);
  find("play").classList.add("playing");
  find("play").setAttribute("aria-label", "Pause");
}

function pause() {
  clearTimeout(timer);
  timer = null;
  find("play").classList.remove("playing");
  find("play").setAttribute("aria-label", "Play");
}

function stepBy(count) {
  pause();
  go(state.position + count);
}

// The selected node --------------------------------------------------------------------------------------------------------

function select(index) {
  const asked = unitOf(index)?.z ?? index; // a unit is asked for its residual
  if (state.quiz && asked !== graph.root && run.gradients[asked] !== null && !state.quiz.solved.has(asked)) return ask(asked);
  state.selected = state.selected === index ? null : index;
  state.path = null;
  refresh();
  if (state.selected !== null) find("live").textContent = `Chain rule for ${name(index)}: ${find("node").innerText.split("\n").slice(0, 4).join(" ")}`;
}

// The unit of the network whose activation a node is, null for one of the input layer.
const unitOf = (index) => (network && network.units.find((one) => one.a === index && one.z !== null)) || null;

function refreshNode() {
  const index = state.selected;
  find("node-card").hidden = index === null;
  if (index === null) return;
  const unit = unitOf(index);
  find("node-title").replaceChildren(unit ? "Residual of the unit " : "Chain rule for ", element("span", { class: "name" }, name(index)));
  const card = find("node");
  card.replaceChildren(...(unit ? residualWords(unit) : sumWords(index)));
  if (state.position < last && !state.quiz) {
    card.append(element("p", { class: "note" }, "The numbers are those at the end of the backward pass."));
  }
}

// ∂J/∂node = Σ ∂J/∂u · ∂u/∂node in symbols, then numbers, then the value, and the paths.
function sumWords(index) {
  const symbol = element("span", { class: "g" }, gradientName(index));
  if (run.gradients[index] === null) {
    return [element("p", { class: "note" }, nodes[index].constant
      ? `${name(index)} is a constant: no derivative is computed for it.` : `${name(index)} does not depend on any variable.`)];
  }
  if (hidden(index)) return [element("p", { class: "note" }, "Hidden during the quiz.")];
  if (index === graph.root) return [equation(symbol, " = ", gradient(1)), element("p", { class: "note" }, "Where the backward pass starts.")];
  const uses = usesOf(run, index);
  const lines = [equation(symbol, element("br"), "= ", ...terms(uses, (use) => [
    element("span", { class: "g" }, gradientName(use.node)), " · ", element("span", { class: "l" }, partialName(use.node, index))])),
  equation("= ", ...terms(uses, (use) => [bracketed(gradient(use.upstream)), " · ", bracketed(local(use.local))])),
  equation("= ", element("b", { id: "sum" }, gradient(run.gradients[index])))];
  return [...lines, ...pathWords(index)];
}

const bracketed = (span) => (span.textContent.startsWith("−") ? element("span", {}, "(", span, ")") : span);

function terms(uses, words) {
  const pieces = uses.slice(0, MOST_TERMS).flatMap((use, i) => [i ? " + " : "", ...words(use)]);
  return uses.length > MOST_TERMS ? [...pieces, ` + … (${uses.length - MOST_TERMS} more)`] : pieces;
}

function pathWords(index) {
  const count = countPaths(graph)[index];
  const head = element("p", { class: "note" }, `${plural(count, "path")} from ${name(index)} to ${rootName}`
    + (count > MOST_PATHS ? ": too many to list." : count > 1 ? ", which add up to the gradient:" : ":"));
  head.style.margin = "10px 0 0";
  if (count > MOST_PATHS) return [head];
  const list = element("ul", { class: "paths" });
  pathsFrom(graph, run, index).forEach(({ steps, product }, number) => {
    const button = element("button", { type: "button", "aria-pressed": String(state.path === number) },
      [name(index), ...steps.map((step) => name(step.node))].join(" → "), element("br"),
      element("span", { class: "equation" }, ...steps.flatMap((step, i) => [i ? " · " : "", bracketed(local(step.local))]), " = ", gradient(product)));
    button.addEventListener("click", () => {
      state.path = state.path === number ? null : number;
      refresh();
    });
    list.append(element("li", {}, button));
  });
  return [head, list];
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

// Leaves -------------------------------------------------------------------------------------------------------------------

// How far a slider reaches to either side of the value that was recorded.
function reach(index) {
  const size = Math.abs(recorded[index]);
  if (!Number.isFinite(size) || size < 0.7) return 1;
  const power = 10 ** Math.floor(Math.log10(1.5 * size));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= 1.5 * size);
}

// A number with no more digits than a step of `grain` calls for.
function tidy(x, grain) {
  const digits = Math.max(0, Math.min(15, Math.ceil(-Math.log10(grain))));
  return Number(x.toFixed(digits));
}

function setLeaf(index, x) {
  state.leafValues[index] = x;
  update();
}

function update() {
  refuse("");
  run = compute(graph, state.leafValues);
  refresh();
}

const leafRows = new Map();

function refreshLeaves() {
  const listed = leaves.length <= MOST_LEAVES ? leaves : leaves.filter((index) => index === state.selected);
  find("leaves-note").textContent = listed.length
    ? "Drag, or type a value. The tick makes a leaf a parameter: descend changes it."
    : "Click a leaf in the picture to change its value.";
  if (listed.join() !== [...leafRows.keys()].join()) {
    leafRows.clear();
    for (const index of listed) leafRows.set(index, leafRow(index));
    find("leaves").replaceChildren(...[...leafRows.values()].map(({ row }) => row));
  }
  for (const [index, { slider, box, tick }] of leafRows) {
    const x = state.leafValues[index];
    const [low, high] = [recorded[index] - reach(index), recorded[index] + reach(index)];
    slider.min = Number.isFinite(x) ? Math.min(low, x) : low;
    slider.max = Number.isFinite(x) ? Math.max(high, x) : high;
    slider.value = x;
    if (document.activeElement !== box) box.value = Number.isFinite(x) ? Number(x.toPrecision(6)) : "";
    box.title = String(x);
    if (tick) tick.checked = state.parameters.has(index);
  }
}

function leafRow(index) {
  const slider = element("input", { type: "range", step: "any", "aria-label": `${name(index)}, slider`, "data-leaf": index });
  const box = element("input", { type: "number", step: "any", "aria-label": name(index), "data-leaf": index });
  slider.addEventListener("input", () => setLeaf(index, tidy(Number(slider.value), reach(index) / 100)));
  box.addEventListener("input", () => { if (box.value !== "" && Number.isFinite(box.valueAsNumber)) setLeaf(index, box.valueAsNumber); });
  box.addEventListener("blur", refreshLeaves); // what is no number gives way to the value that the leaf has
  const row = element("div", { class: "leaf-row" }, element("span", { class: "name", title: name(index) }, name(index)), slider, box);
  if (nodes[index].constant) return { row, slider, box };
  const tick = element("input", { type: "checkbox", title: "parameter", "aria-label": `${name(index)} is a parameter` });
  tick.addEventListener("change", () => {
    state.parameters[tick.checked ? "add" : "delete"](index);
    refresh();
  });
  row.append(tick);
  return { row, slider, box, tick };
}

// Descend ------------------------------------------------------------------------------------------------------------------

function refreshDescend() {
  const letter = network ? "W := W" : "w := w";
  find("descend-rule").textContent = state.parameters.size
    ? `${letter} − α ∂${rootName}/∂${letter[0]} for ${plural(state.parameters.size, "parameter")}` : "Tick a leaf to make it a parameter.";
  find("descend").disabled = state.parameters.size === 0;
  drawCurve();
}

function descendOnce() {
  const alpha = find("alpha").valueAsNumber;
  if (!(alpha > 0)) return refuse("α must be a number above 0.");
  const before = run.values[graph.root];
  const parameters = [...state.parameters].sort((x, y) => x - y);
  if (![before, ...parameters.map((index) => run.gradients[index] ?? 0)].every(Number.isFinite)) {
    return refuse(`No step from here: ${firstBroken(run)}. Change a leaf, or Reset.`);
  }
  const leafValues = descend(graph, state.leafValues, parameters, alpha);
  const next = compute(graph, leafValues);
  if (![graph.root, ...parameters].every((index) => Number.isFinite(next.values[index]))) {
    return refuse(`Step not taken: after it, ${firstBroken(next)}. Take a smaller α, or Reset.`);
  }
  if (!state.history.length) state.history = [before];
  state.history.push(next.values[graph.root]);
  state.leafValues = leafValues;
  update();
  find("live").textContent = `${rootName} went from ${long(before)} to ${long(run.values[graph.root])}`;
}

// The first number of a run that is not finite, in words.
function firstBroken(made) {
  const index = nodes.findIndex((_, i) => !Number.isFinite(made.values[i]));
  if (index < 0) {
    const { node, input, local } = made.steps.find((step) => !Number.isFinite(step.contribution));
    return `${partialName(node, input)} is ${show(local)}`;
  }
  const rest = nodes[index].op ? ` = ${inNumbers(rule(index).value, index, made)}` : "";
  return `${name(index)}${rest} is ${show(made.values[index])}`;
}

function refuse(words) {
  find("refusal").textContent = words;
}

function reset() {
  state.leafValues = [...recorded];
  if (graph.samples.length) setSample();
  state.history = [];
  state.parameters = new Set(graph.parameters);
  update();
}

function drawCurve() {
  const heights = state.history.slice(-200);
  if (heights.length < 2) return find("curve").replaceChildren();
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const x = (i) => 46 + (i / (heights.length - 1)) * 204;
  const y = (h) => 10 + ((high - h) / (high - low || 1)) * 66;
  const end = heights.length - 1;
  const words = `${rootName} over ${plural(state.history.length - 1, "step")}: from ${show(state.history[0])} to ${show(state.history.at(-1))}`;
  find("curve").replaceChildren(drawn("svg", { viewBox: "0 0 260 100", role: "img", "aria-label": words },
    drawn("line", { x1: 46, y1: 6, x2: 46, y2: 80 }), drawn("line", { x1: 46, y1: 80, x2: 254, y2: 80 }),
    drawn("text", { x: 42, y: 14, "text-anchor": "end" }, show(high, 3)), drawn("text", { x: 42, y: 80, "text-anchor": "end" }, show(low, 3)),
    drawn("text", { x: 46, y: 95 }, `${rootName} over ${plural(state.history.length - 1, "step")}`),
    drawn("polyline", { points: heights.map((h, i) => `${x(i).toFixed(1)},${y(h).toFixed(1)}`).join(" ") }),
    drawn("circle", { cx: x(end).toFixed(1), cy: y(heights[end]).toFixed(1), r: 3.5 })));
}

// Samples ------------------------------------------------------------------------------------------------------------------

function setSample() {
  const sample = graph.samples[Number(find("sample").value)];
  graph.sampleLeaves.forEach((index, i) => { state.leafValues[index] = Number(sample[i]); });
}

// Another sample: other values of some leaves; or, where the graph has all samples in it, the units of another one.
function chooseSample() {
  if (graph.samples.length) {
    setSample();
    state.history = [];
  } else {
    Object.assign(network, network.copies[Number(find("sample").value)]);
    state.selected = state.path = null;
    setView(state.view);
  }
  update();
}

// Quiz ---------------------------------------------------------------------------------------------------------------------

// The nodes to ask about, from the root down: those with a name of their own where there are many.
function questions() {
  const ready = run.steps.filter((step) => step.ready && Number.isFinite(step.after)).map((step) => step.input);
  const named = ready.filter((index) => nodes[index].named && (unitOf(index)?.z ?? index) === index);
  return ready.length > 16 && named.length ? named : ready;
}

function toggleQuiz() {
  pause();
  state.quiz = state.quiz ? null : { node: null, solved: new Set(), tries: 0, right: 0, asked: 0 };
  state.position = last;
  state.selected = state.path = null;
  find("quiz-switch").setAttribute("aria-pressed", String(state.quiz !== null));
  find("quiz-card").hidden = state.quiz === null;
  if (state.quiz) ask(questions()[0]);
  else refresh();
}

function ask(index) {
  state.quiz.node = index ?? null;
  state.quiz.tries = 0;
  state.selected = state.path = null;
  find("quiz-form").hidden = index === undefined;
  find("quiz-feedback").replaceChildren();
  if (index === undefined) {
    const { right, asked } = state.quiz;
    find("quiz-feedback").replaceChildren(element("p", { class: "verdict right" }, `Done: ${right} of ${asked} right at the first try.`));
  } else {
    const unit = network?.units.find((one) => one.z === index);
    find("quiz-question").replaceChildren(`What is ${unit ? `δ${unit.mark} = ` : ""}`, element("b", { class: "equation" }, gradientName(index)), "?");
    find("quiz-answer").value = "";
    find("quiz-answer").focus({ preventScroll: true });
    find("quiz-form").scrollIntoView({ block: "nearest" });
    follow();
    pictureOf(index)?.scrollIntoView({ block: "nearest" });
  }
  refresh();
}

function answer(event) {
  event.preventDefault();
  const number = parse(find("quiz-answer").value);
  if (!Number.isFinite(number)) return feedback("wrong", "Type a number, such as −0.25, 2e-1 or 1/2.");
  const { node } = state.quiz;
  const { correct, causes } = diagnose(graph, run, node, number);
  state.quiz.tries += 1;
  if (correct) return solved("Right.", state.quiz.tries === 1);
  feedback("wrong", "Not yet.", causes.length
    ? element("ul", {}, ...causes.map((cause) => element("li", {}, element("b", {}, cause.name), `: ${cause.hint}`)))
    : element("p", { class: "note" }, hint(node)));
}

// A number or a quotient of two as people write them; NaN for what is neither.
function parse(text) {
  const parts = text.replaceAll("−", "-").replaceAll(",", ".").split("/").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return parts.length === 1 ? parts[0] : parts.length === 2 ? parts[0] / parts[1] : NaN;
}

function hint(node) {
  const uses = usesOf(run, node).slice(0, MOST_TERMS);
  const sum = uses.map((use) => `${gradientName(use.node)} · ${partialName(use.node, node)}`).join(" + ");
  return `Not one of the usual mistakes. ${gradientName(node)} = ${sum}.`;
}

function solved(words, first) {
  const { quiz } = state;
  quiz.solved.add(quiz.node);
  quiz.asked += 1;
  if (first) quiz.right += 1;
  const next = questions().find((index) => !quiz.solved.has(index));
  const button = element("button", { type: "button", class: "primary", id: "quiz-next" }, next === undefined ? "Finish" : "Next");
  button.addEventListener("click", () => ask(next));
  feedback("right", words, ...sumWords(quiz.node).slice(0, 3), element("p", { class: "row" }, button));
  find("quiz-form").hidden = true;
  quiz.node = null;
  refresh();
  button.focus({ preventScroll: true });
}

function feedback(kindOf, words, ...more) {
  find("quiz-feedback").replaceChildren(element("p", { class: `verdict ${kindOf}` }, words), ...more);
}

// Controls -----------------------------------------------------------------------------------------------------------------

function setView(view) {
  state.view = view;
  for (const one of ["network", "graph"]) find(`view-${one}`).setAttribute("aria-pressed", String(one === view));
  if (view === "network") drawNetwork();
  else drawGraph();
  const word = (kindOf, text) => element("span", { class: kindOf }, text);
  find("legend").replaceChildren(...(view === "network"
    ? ["In the circles ", word("v", "activations a"), ", under them ", word("g", `residuals δ = ∂${rootName}/∂z`), ". Lines are weights, ",
       word("v", "positive"), " or ", word("n", "negative"), ", the larger the thicker."]
    : [word("v", "values"), ", ", word("g", `gradients ∂${rootName}/∂node`), "; on the edges ", word("l", "local derivatives"), "."]));
  refresh();
  follow();
}

function keys(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const onButton = event.target.closest("button, [role=button]");
  const actions = { ArrowRight: () => stepBy(1), ArrowLeft: () => stepBy(-1), Home: () => stepBy(-last), End: () => stepBy(last),
    Escape: () => { if (state.selected !== null) select(state.selected); } };
  if (event.key === " " && !onButton) actions[" "] = play;
  if (!actions[event.key] || (state.quiz && event.key !== "Escape")) return;
  event.preventDefault();
  actions[event.key]();
}

function start() {
  document.title = `${rootName}: the chain rule, step by step`;
  find("play").addEventListener("click", play);
  find("to-start").addEventListener("click", () => stepBy(-last));
  find("step-back").addEventListener("click", () => stepBy(-1));
  find("step-forward").addEventListener("click", () => stepBy(1));
  find("scrub").addEventListener("input", () => { pause(); go(Number(find("scrub").value)); });
  find("descend").addEventListener("click", descendOnce);
  find("reset").addEventListener("click", reset);
  find("quiz-switch").addEventListener("click", toggleQuiz);
  find("quiz-form").addEventListener("submit", answer);
  find("quiz-show").addEventListener("click", () => solved("It is:", false));
  find("view-network").addEventListener("click", () => setView("network"));
  find("view-graph").addEventListener("click", () => setView("graph"));
  find("view-switch").hidden = !(network && layout);
  const samples = graph.samples.length || network?.copies.length || 0;
  find("sample-switch").hidden = samples < 2;
  for (let i = 0; i < samples; i += 1) find("sample").append(element("option", { value: i }, `${i + 1} of ${samples}`));
  find("sample").selectedIndex = graph.recorded;
  find("sample").addEventListener("change", chooseSample);
  document.querySelector(".scrub-names").style.setProperty("--forward", `${forwardCount}fr`);
  document.querySelector(".scrub-names").style.setProperty("--backward", `${last - forwardCount}fr`);
  document.addEventListener("keydown", keys);
  addEventListener("resize", fit);
  setView(state.view);
}

start();
