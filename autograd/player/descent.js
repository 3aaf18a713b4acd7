// Descend: steps of gradient descent on the parameters, for the sample that is shown or for all of them, why a step is
// not taken, the curve of the cost, and units that have stopped learning.

let running = null; // the timer of a descent that runs by itself

const overAll = () => graph.samples.length > 1 && find("all-samples").checked;

// The leaf values of every sample that descent is on, with the parameters as they are.
function sampleValues(leafValues) {
  if (!overAll()) return [leafValues];
  return graph.samples.map((sample) => {
    const values = [...leafValues];
    graph.sampleLeaves.forEach((index, i) => { values[index] = Number(sample[i]); });
    return values;
  });
}

// Both passes of every sample that descent is on; those of the values asked for last are remembered, for a step's end is
// the next one's start.
const lastRuns = { of: null, key: "", runs: [] };

function allRuns(leafValues = state.leafValues) {
  const key = `${overAll()} ${leafValues.join()}`;
  if (lastRuns.of !== graph || lastRuns.key !== key) {
    Object.assign(lastRuns, { of: graph, key, runs: sampleValues(leafValues).map((values) => compute(graph, values)) });
  }
  return lastRuns.runs;
}

const costOf = (runs) => ({ mean: mean(runs.map((one) => one.values[graph.root])),
  each: runs.map((one) => one.values[graph.root]) });

function refreshDescend() {
  const letter = network ? "W" : "w";
  const rule = `${letter} := ${letter} − α ${overAll() ? `${say("mean.of")} ` : ""}∂${rootName}/∂${letter}`;
  find("descend-rule").textContent = state.parameters.size ? counted("descend.rule", state.parameters.size, { rule })
    : say(leaves.every((index) => nodes[index].constant) ? "descend.constants" : "descend.tick");
  find("all-samples-switch").hidden = graph.samples.length < 2;
  find("reset").disabled = state.quiz !== null;
  find("descend").disabled = find("run").disabled = state.quiz !== null || state.parameters.size === 0;
  find("run").textContent = say(running === null ? "run" : "pause");
  drawCurve();
  find("plane").hidden = true;
  find("units-note").replaceChildren(...(network && state.history.length ? flatWords(network.units, allRuns()) : []));
  if (network) drawPlane();
}

// One step of descent; false, with the reason on the page, where it is not taken.
function descendOnce() {
  const alpha = find("alpha").valueAsNumber;
  if (!(alpha > 0)) return refuse(say("refuse.alpha"));
  const parameters = [...state.parameters].sort((x, y) => x - y);
  const runs = allRuns();
  const broken = runs.find((one) => ![one.values[graph.root], ...parameters.map((index) => one.gradients[index] ?? 0)]
    .every(Number.isFinite));
  if (broken) return refuse(say("refuse.here", { why: firstBroken(broken) }));
  const leafValues = descend(state.leafValues, parameters, alpha, runs);
  const next = allRuns(leafValues);
  const worse = next.find((one) => ![graph.root, ...parameters].every((index) => Number.isFinite(one.values[index])));
  if (worse) return refuse(say("refuse.after", { why: firstBroken(worse) }));
  if (!state.history.length) state.history = [costOf(runs)];
  state.history.push(costOf(next));
  state.leafValues = leafValues;
  update();
  const [before, after] = state.history.slice(-2).map((cost) => long(cost.mean));
  find("live").textContent = running === null ? say("descended", { name: rootName, before, after }) : "";
  return true;
}

function toggleRun() {
  if (running !== null) return stopRun();
  const tick = () => {
    running = setTimeout(tick, Number(find("descend-speed").value));
    if (!descendOnce()) stopRun();
  };
  tick();
}

function stopRun() {
  clearTimeout(running);
  running = null;
  find("run").textContent = say("run");
}

// The first number of a run that is not finite, in words.
function firstBroken(made) {
  const index = nodes.findIndex((_, i) => !Number.isFinite(made.values[i]));
  if (index < 0) {
    const step = made.steps.find((one) => !Number.isFinite(one.contribution));
    return say("is", { what: localName(step), x: show(step.local) });
  }
  const rest = nodes[index].op ? ` = ${inNumbers(rule(index).value, index, made)}` : "";
  return say("is", { what: `${name(index)}${rest}`, x: show(made.values[index]) });
}

function refuse(words) {
  find("refusal").textContent = words;
  return false;
}

function reset() {
  stopRun();
  state.leafValues = [...recorded];
  if (graph.samples.length) setSample();
  state.history = [];
  state.parameters = new Set(graph.parameters);
  update();
}

// The curve of the cost: its mean as a line, and that of every sample, thin.
function drawCurve() {
  const history = state.history.slice(-200);
  if (history.length < 2) return find("curve").replaceChildren();
  const heights = history.flatMap((cost) => cost.each);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const numbers = [show(high), show(low)];
  const left = 7.3 * Math.max(5, ...numbers.map((text) => text.length)) + 8; // of the axis: each character has a width
  const x = (i) => left + (i / (history.length - 1)) * (290 - left);
  const y = (h) => 12 + ((high - h) / (high - low || 1)) * 64;
  const end = history.length - 1;
  const line = (height, kind) => drawn("polyline", { class: kind,
    points: history.map((cost, i) => `${x(i).toFixed(1)},${y(height(cost)).toFixed(1)}`).join(" ") });
  const several = history[0].each.length > 1;
  const title = counted(several ? "curve.mean" : "curve", state.history.length - 1, { name: rootName });
  const words = say("curve.words", { title, first: show(state.history[0].mean), last: show(state.history.at(-1).mean) });
  const each = several ? history[0].each.slice(0, 40).map((_, i) => line((cost) => cost.each[i], "sample")) : [];
  find("curve").replaceChildren(drawn("svg", { viewBox: "0 0 300 102", role: "img", "aria-label": words },
    drawn("line", { x1: left, y1: 6, x2: left, y2: 80 }), drawn("line", { x1: left, y1: 80, x2: 294, y2: 80 }),
    ...numbers.map((text, i) => drawn("text", { x: left - 4, y: 16 + 64 * i, "text-anchor": "end" }, text)),
    drawn("text", { x: left, y: 97 }, title), ...each, line((cost) => cost.mean, "mean"),
    drawn("circle", { cx: x(end).toFixed(1), cy: y(history[end].mean).toFixed(1), r: 3.5 })));
}
