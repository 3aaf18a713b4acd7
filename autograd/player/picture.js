// The picture on the stage: the graph, node by node, and what lights up in it; network.js draws units and weights.

// Drawn once per view; `refresh` then sets texts and classes.
const noParts = () => ({ nodes: new Map(), edges: new Map(), weights: new Map() });
let parts = noParts();

function drawGraph() {
  parts = noParts();
  const [width, height] = layout.size;
  const viewBox = `-8 -8 ${width + 16} ${height + 16}`;
  const picture = drawn("svg", { viewBox, role: "group", "aria-label": say("graph.of", { name: rootName }) }, arrow());
  for (const { node, position, path, label } of layout.edges) {
    const line = drawn("path", { d: path, "marker-end": "url(#arrow)" });
    const text = drawn("text", label ? { x: label[0], y: label[1] + 4 } : {});
    const title = drawn("title");
    const edge = drawn("g", { class: "edge" }, line, text, title);
    parts.edges.set(`${node} ${position}`, { edge, line, text, title });
    picture.append(edge);
  }
  layout.nodes.forEach(([x, y, width, height], index) => {
    const { constant, op, named, short } = nodes[index];
    const [left, right, top] = [9 - width / 2, width / 2 - 9, -height / 2];
    const atRight = { x: right, "text-anchor": "end" };
    const number = drawn("text", { ...atRight, y: top + 37, class: "number" });
    const slope = drawn("text", { ...atRight, y: top + 56, class: "gradient" });
    const shapes = [drawn("rect", { x: -width / 2, y: top, width, height, rx: op ? 6 : 16 })];
    if (constant && !named) fill(number, { x: 0, y: 4, "text-anchor": "middle" }, []);
    else shapes.push(drawn("text", { x: left, y: top + 17, class: "title" }, short));
    if (op) shapes.push(drawn("text", { ...atRight, y: top + 17, class: "symbol" }, rule(index).symbol));
    if (!constant) {
      shapes.push(drawn("text", { x: left, y: top + 37, class: "symbol" }, say("value")),
        drawn("text", { x: left, y: top + 56, class: "symbol" }, say("grad")));
    }
    addNode(picture, index, { x, y }, { number, slope }, ...shapes);
  });
  showPicture(picture, width + 16, height + 16);
}

function arrow() {
  const size = { viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse" };
  const head = drawn("path", { class: "arrow", d: "M0 1L8 4L0 7z" });
  return drawn("defs", {}, drawn("marker", { id: "arrow", orient: "auto", ...size }, head));
}

// Add the picture of a node: a button, and where it is a leaf also a handle to drag.
function addNode(picture, index, { x, y }, texts, ...shapes) {
  const title = drawn("title"); // under the pointer; outside of the button, whose name is what is seen in it
  const group = drawn("g", {}, ...[...shapes, texts.number, texts.slope].flatMap((shape) => [shape, " "])); // words apart
  if (nodes[index].adjustable) dragged(group, () => index);
  group.addEventListener("click", () => { if (state.quiz || !nodes[index].adjustable) select(index); });
  parts.nodes.set(index, { group, title, ...texts });
  picture.append(drawn("g", { transform: `translate(${x} ${y})` }, title, pressed(group, index)));
}

// Make part of the picture a button that the keyboard reaches: Tab reaches the picture once, ↑ and ↓ lead through it.
function pressed(group, index) {
  group.addEventListener("keydown", (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key !== "Enter" && event.key !== " " && !way) return;
    event.preventDefault();
    if (!way) return select(index);
    const all = [...find("stage").querySelectorAll("[data-node]")];
    all.at((all.indexOf(group) + way) % all.length).focus();
  });
  group.addEventListener("focus", () => reachByTab(group));
  return fill(group, { tabindex: -1, role: "button", "data-node": index }, []);
}

function reachByTab(group) {
  for (const other of find("stage").querySelectorAll("[data-node][tabindex='0']")) other.setAttribute("tabindex", -1);
  group?.setAttribute("tabindex", 0);
}

// Let a leaf be dragged by part of the page: `leafAt` says which leaf an event is on, null for none.
function dragged(handle, leafAt) {
  let from = null;
  handle.addEventListener("pointerdown", (event) => {
    const index = leafAt(event);
    if (state.quiz || index === null) return;
    from = { index, x: event.clientX, value: finiteOr0(state.leafValues[index]), moved: false };
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!from) return;
    const { index, value } = from;
    const way = event.clientX - from.x;
    if (Math.abs(way) > 3) from.moved = true;
    if (from.moved) setLeaf(index, tidy(value + way * reach(index) / 150, reach(index) / 150));
  });
  handle.addEventListener("pointerup", () => {
    const { moved, index } = from ?? {};
    from = null;
    if (moved === false) select(index);
    if (moved && nodes[index].at !== undefined) writeNumber(index); // a number of the sheet
  });
  handle.addEventListener("pointercancel", () => { from = null; });
}

// What the picture shows ----------------------------------------------------------------------------------------------

function refreshPicture() {
  const values = shownValues();
  const gradients = shownGradients();
  const uses = shownUses();
  const marks = marked();
  const broken = (x) => x !== null && !Number.isFinite(x);
  for (const [index, { group, title, number, slope, unit }] of parts.nodes) {
    const { op, constant, adjustable } = nodes[index];
    const differentiated = unit ? unit.z : constant ? null : index; // the node whose gradient is shown, if there is one
    const gradient = differentiated === null ? null : gradients[differentiated];
    const text = differentiated === null ? "" : gradientText(differentiated, gradients);
    const asked = state.quiz && quizHidesValue(index);
    number.textContent = asked ? "?" : show(values[index]);
    number.setAttribute("data-value", asked ? "hidden" : String(values[index]));
    slope.textContent = unit && text ? `δ ${text}` : text;
    slope.setAttribute("data-gradient", hidden(differentiated) ? "hidden" : String(gradient));
    setClasses(group, "node", unit && "unit", !op && (constant ? "constant" : "leaf"), adjustable && "handle",
      values[index] === null && "waiting", (broken(values[index]) || broken(gradient)) && "broken",
      ...(marks.nodes.get(index) ?? []));
    const seen = [...group.querySelectorAll("text")].map((one) => one.textContent).filter(Boolean).join(" ");
    group.setAttribute("aria-label", op ? seen : `${seen}, ${say(constant ? "kind.constant" : "kind.leaf")}`);
    const full = [values[index], gradient].map((x) => (x === null ? "–" : x));
    title.textContent = asked || hidden(differentiated) ? name(index) : `${name(index)}: ${full.slice(0, text ? 2 : 1).join(", ")}`;
  }
  for (const [key, { edge, text, title }] of parts.edges) {
    const [node, position] = key.split(" ").map(Number);
    const step = run.steps.find((one) => one.node === node && one.position === position);
    setClasses(edge, "edge", ...(marks.edges.get(key) ?? []));
    const known = step && uses.has(step) && !(state.quiz && quizHidesLocal(step));
    text.textContent = !step ? "" : [operand(step), known ? show(step.local) : ""].join(" ").trim();
    title.textContent = known ? `${localName(step)} = ${step.local}` : step ? localName(step) : "";
  }
  if (network) refreshWeights(gradients, marks);
  if (!find("stage").querySelector("[data-node][tabindex='0']")) reachByTab(find("stage").querySelector("[data-node]"));
}

const setClasses = (part, ...names) => part.setAttribute("class", names.filter(Boolean).join(" "));

// Classes of nodes and edges: what the current step or the selection lights up.
function marked() {
  const marks = { nodes: new Map(), edges: new Map() };
  const mark = (map, key, word) => map.set(key, [...(map.get(key) ?? []), word]);
  const stop = currentStop();
  const step = backwardStep();
  if (state.selected !== null) {
    for (const { node: from, position, input } of hidden(state.selected) ? [] : litSteps()) {
      mark(marks.edges, `${from} ${position}`, "lit");
      for (const end of new Set([drawnFor(from), drawnFor(input)])) mark(marks.nodes, end, "lit");
    }
    mark(marks.nodes, drawnFor(state.selected), "selected");
  } else if (stop && !state.quiz && !beforePaper) {
    if (stop.units) markUnits(stop, (index, word) => mark(marks.nodes, index, word));
    else if (step) {
      mark(marks.nodes, drawnFor(step.node), "backward");
      if (drawnFor(step.input) !== drawnFor(step.node)) mark(marks.nodes, drawnFor(step.input), "receiving");
      mark(marks.edges, `${step.node} ${step.position}`, "backward");
    } else {
      const [node] = stop.computes;
      mark(marks.nodes, drawnFor(node), "forward");
      nodes[node].inputs.forEach((_, position) => mark(marks.edges, `${node} ${position}`, "forward"));
    }
  }
  const question = state.quiz?.question;
  if (question) mark(marks.nodes, drawnFor(question.node), "asked");
  if (question?.use) mark(marks.edges, `${question.use.node} ${question.use.position}`, "asked");
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

// The picture of a node, undefined if it is in a sample that is not shown.
const pictureOf = (index) => (parts.nodes.get(drawnFor(index)) ?? parts.weights.get(drawnFor(index)))?.group;

// A dot that runs along the edge of a backward step, with the contribution that it carries.
function travel() {
  document.querySelector(".traveller")?.remove();
  const step = backwardStep();
  const edge = step && parts.edges.get(`${step.node} ${step.position}`);
  if (!edge || state.selected !== null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const dot = drawn("g", { class: "traveller" }, drawn("circle", { r: 6 }),
    drawn("text", { y: 20 }, show(step.contribution)));
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
