// The graph that Python sent, what the reader has made of it, and what of it is shown.

const graph = JSON.parse(document.getElementById("graph").textContent);
graph.nodes.forEach((node) => { if (!node.op) node.value = Number(node.value); }); // "NaN" and "Infinity" too
const { nodes, network, layout } = graph;
if (network) Object.assign(network, network.copies[0]); // the units of the sample that is shown
const forwardCount = graph.forward.length;
const last = forwardCount + graph.backward.length;
const rootName = nodes[graph.root].name;
const recorded = nodes.map((node) => node.value);
const { leaves } = graph;

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
