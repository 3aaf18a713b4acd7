// The picture on the stage: the graph, node by node, and what lights up in it; network.js draws units and weights.

const [SMALLEST, LEGIBLE, LARGEST] = [0.62, 0.7, 1.25]; // scales of the picture

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

// What the picture shows ----------------------------------------------------------------------------------------------

function refreshPicture() {
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
  refreshWeights(gradients, marks);
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
