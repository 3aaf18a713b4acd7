// The graph that is shown, what the reader has made of it, and what of it is seen at the position of the player.

let graph, nodes, network, layout, leaves, rootName, recorded, run;

const state = {
  leafValues: [],
  parameters: new Set(),
  stride: "operation", // what a step is: "operation", or in a network "unit" or "layer"
  stops: [], // the steps of that stride: network.js has those of units and layers
  position: 0, // how many of them are done
  selected: null, // a node
  path: null, // the one of its paths that is lit, by number
  view: "graph",
  sample: 0,
  opened: new Set(), // layers of a network that are shown whole although they are wide
  history: [], // what descent has seen: {mean, each} with the cost of every sample
  quiz: null, // quiz.js says what is in it
};

// Take a graph as Python, or the formula that is typed, makes it; values that leaves have by now are kept by name.
function setGraph(given, kept = new Map()) {
  graph = given;
  graph.nodes.forEach((node) => { if (!node.op) node.value = Number(node.value); }); // "NaN" and "Infinity" too
  ({ nodes, network, layout, leaves } = graph);
  rootName = nodes[graph.root].name;
  recorded = nodes.map((node) => node.value);
  const leafValues = recorded.map((x, index) => (nodes[index].op ? x : kept.get(nodes[index].name) ?? x));
  Object.assign(state, { leafValues, parameters: new Set(graph.parameters), selected: null, path: null, history: [],
    sample: graph.recorded, quiz: null, view: network ? "network" : "graph", opened: new Set() });
  run = compute(graph, state.leafValues);
  if (network) showCopy(graph.samples.length ? 0 : state.sample);
  setStride(network ? "unit" : "operation");
  state.position = 0;
}

// The unit of the network whose activation a node is, null for one of the input layer; the weight that a node is.
const unitOf = (index) => (network && network.units.find((one) => one.a === index && one.z !== null)) || null;
const weightOf = (index) => (network && network.weights.find((one) => one.node === index)) || null;

// The unit or weight of the network that a node of the graph belongs to, as the node that is drawn.
const drawnFor = (index) => (state.view === "network" ? network.owner[index] : index); // −1: in another sample

function setStride(stride) {
  const done = state.position > 0 && state.position === state.stops.length;
  state.stride = stride;
  state.stops = stride === "operation" ? operationStops() : networkStops(stride);
  state.position = done ? state.stops.length : 0;
  state.forward = state.stops.filter((stop) => stop.phase === "forward").length;
}

// A stop of the player: the operations that it computes, or the node whose gradient is handed on.
function operationStops() {
  return [...graph.forward.map((node) => ({ phase: "forward", computes: [node] })),
    ...graph.backward.map((_, use) => ({ phase: "backward", use }))];
}

function update() {
  refuse("");
  run = compute(graph, state.leafValues);
  refresh();
}

function setLeaf(index, x) {
  state.leafValues[index] = x;
  update();
}

// What is shown at the position of the player -------------------------------------------------------------------------

const currentStop = () => state.stops[state.position - 1] ?? null;
const atEnd = () => state.position === state.stops.length;

// The step of the backward pass that the player stands at, where a step is an operation.
function backwardStep() {
  const stop = currentStop();
  return stop?.use === undefined ? null : run.steps[stop.use];
}

function shownValues() {
  const shown = nodes.map((node, index) => (node.op ? null : run.values[index]));
  for (const { computes } of state.stops.slice(0, state.position)) {
    for (const index of computes ?? []) shown[index] = run.values[index];
  }
  return shown;
}

function shownGradients() {
  const shown = nodes.map(() => null);
  if (state.position <= state.forward && !atEnd()) return shown;
  shown[graph.root] = 1;
  for (const { use, hands } of state.stops.slice(state.forward, state.position)) {
    for (const index of hands ?? []) shown[index] = run.gradients[index];
    if (use !== undefined) shown[run.steps[use].input] = run.steps[use].after;
  }
  return shown;
}

// The uses that have handed back: the local derivatives that have been explained.
function shownUses() {
  const done = state.stops.slice(state.forward, state.position);
  if (state.stride === "operation") return new Set(run.steps.slice(0, done.length));
  const whole = new Set(done.flatMap((stop) => stop.hands));
  return new Set(atEnd() ? run.steps : run.steps.filter((step) => whole.has(step.input)));
}

// Whether the gradient of a node is there, whole.
const isKnown = (index) => index === graph.root || usesOf(run, index).every((use) => shownUses().has(use));

// In the quiz what is asked for is hidden until it is found.
const hidden = (index) => state.quiz !== null && quizHides(index);

function gradientText(index, gradients) {
  return gradients[index] !== null && hidden(index) ? "?" : show(gradients[index]);
}
