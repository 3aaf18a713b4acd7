// Descend: steps of gradient descent on the parameters, why one is not taken, and the curve of the cost.

function refreshDescend() {
  const letter = network ? "W := W" : "w := w";
  find("descend-rule").textContent = state.parameters.size
    ? `${letter} − α ∂${rootName}/∂${letter[0]} for ${plural(state.parameters.size, "parameter")}`
    : leaves.every((index) => nodes[index].constant) ? "Constants have no gradient: there is no leaf to change."
    : "Tick a leaf to make it a parameter.";
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
  const numbers = [show(high, 3), show(low, 3)];
  const left = 6.7 * Math.max(5, ...numbers.map((text) => text.length)) + 8; // of the axis: each character has a width
  const x = (i) => left + (i / (heights.length - 1)) * (250 - left);
  const y = (h) => 10 + ((high - h) / (high - low || 1)) * 66;
  const end = heights.length - 1;
  const title = `${rootName} over ${plural(state.history.length - 1, "step")}`;
  const words = `${title}: from ${show(state.history[0])} to ${show(state.history.at(-1))}`;
  find("curve").replaceChildren(drawn("svg", { viewBox: "0 0 260 100", role: "img", "aria-label": words },
    drawn("line", { x1: left, y1: 6, x2: left, y2: 80 }), drawn("line", { x1: left, y1: 80, x2: 254, y2: 80 }),
    ...numbers.map((text, i) => drawn("text", { x: left - 4, y: 14 + 66 * i, "text-anchor": "end" }, text)),
    drawn("text", { x: left, y: 95 }, title),
    drawn("polyline", { points: heights.map((h, i) => `${x(i).toFixed(1)},${y(h).toFixed(1)}`).join(" ") }),
    drawn("circle", { cx: x(end).toFixed(1), cy: y(heights[end]).toFixed(1), r: 3.5 })));
}
