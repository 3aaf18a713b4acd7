// The player: play, pause and step through both passes, and the words of the step that is reached.

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
  showPlaying(true);
}

function pause() {
  clearTimeout(timer);
  timer = null;
  showPlaying(false);
}

function showPlaying(playing) {
  find("play").classList.toggle("playing", playing);
  find("play").setAttribute("aria-label", playing ? "Pause" : "Play");
}

function stepBy(count) {
  pause();
  go(state.position + count);
}

function refreshTransport() {
  const scrub = find("scrub");
  scrub.max = last;
  scrub.value = state.position;
  scrub.setAttribute("aria-valuetext", positionWords());
  const quiz = state.quiz !== null;
  find("to-start").disabled = find("step-back").disabled = quiz || state.position === 0;
  find("step-forward").disabled = quiz || state.position === last;
  find("play").disabled = scrub.disabled = quiz || last === 0;
}

function positionWords() {
  if (state.position === 0) return "start: only the leaves have values";
  if (state.position <= forwardCount) return `forward step ${state.position} of ${forwardCount}`;
  return `backward step ${state.position - forwardCount} of ${last - forwardCount}`;
}

function announce() {
  const node = forwardStep();
  const step = backwardStep();
  let words = positionWords();
  if (node !== null) words += `: ${name(node)} = ${inNumbers(rule(node).value, node)} = ${long(run.values[node])}`;
  if (step) {
    words += `: ${name(step.node)} hands ${long(step.upstream)} times ${long(step.local)} = `
      + `${long(step.contribution)} back to ${name(step.input)}, whose gradient is now ${long(step.after)}`;
  }
  find("live").textContent = words;
}

// The step in words ---------------------------------------------------------------------------------------------------

let tallest = 0; // of the steps shown since the window had its width: room is kept for it, so that what is below stays

function refreshStep() {
  find("step-card").hidden = state.quiz !== null || (!state.touched && state.selected !== null);
  const card = find("step");
  const node = forwardStep();
  const step = backwardStep();
  if (!state.touched || (node === null && !step)) card.replaceChildren(...introduction());
  else if (node !== null) card.replaceChildren(...forwardWords(node));
  else card.replaceChildren(...backwardWords(step));
  card.style.minHeight = "";
  tallest = Math.max(tallest, card.offsetHeight);
  card.style.minHeight = `${tallest}px`;
}

function introduction() {
  if (last === 0) return [note("A leaf alone: nothing is computed from it, so there is no step to take.")];
  if (state.touched) return [note("Nothing is computed yet: only the leaves have values. Step on.")];
  const words = note("Press play or step to see every value computed, then every gradient handed back. "
    + "Drag a leaf to change its value. Click a node for its chain rule.");
  const keys = element("p", { class: "note keys" }, "Keys: ", ...[["space", "plays, "], ["←", " "], ["→", "step, "],
    ["Home", " "], ["End", "go to the ends, "], ["Tab", " "], ["Enter", "choose a node, "], ["Esc", "leaves it."]]
    .flatMap(([key, does]) => [element("kbd", {}, key), ` ${does}`]));
  const reached = leaves.filter((index) => run.gradients[index] !== null);
  const lines = reached.slice(0, 8)
    .flatMap((index) => [`${gradientName(index)} = `, gradient(run.gradients[index]), newLine()]);
  return [words, keys, equation(...lines, reached.length > 8 ? `and ${reached.length - 8} more` : "")];
}

const phase = (word, done, all) => coloured(`phase ${word}`, `${word} ${done} of ${all}`);

function forwardWords(node) {
  const at = coloured("", part(node).replace(", ", ""));
  return [phase("forward", state.position, forwardCount), at, equation(...ruleWords(node))];
}

// In the network, what a node without a name is part of.
function part(index) {
  const owner = drawnFor(index);
  if (owner === index || nodes[index].named) return "";
  return owner < 0 ? ", in another sample" : `, at ${name(owner)}`;
}

// An operation in names, in numbers and its value.
function ruleWords(node) {
  const formula = rule(node).value;
  return [element("b", {}, name(node)), ` = ${inNames(formula, node)}`, newLine(), `= ${inNumbers(formula, node)}`,
    newLine(), "= ", coloured("total", value(run.values[node]))];
}

function localWords(step) {
  const formula = rule(step.node).partials[step.position];
  const pieces = [coloured("l", partialName(step.node, step.input))];
  for (const text of new Set([inNames(formula, step.node), inNumbers(formula, step.node)])) {
    if (/[^\d.−]/.test(text) && text !== long(step.local)) pieces.push(newLine(), `= ${text}`);
  }
  return [...pieces, newLine(), "= ", local(step.local)];
}

function backwardWords(step) {
  const { node, input, upstream, contribution, before, after, ready } = step;
  const place = part(input) || (drawnFor(node) === input ? "" : part(node));
  const { symbol } = rule(node);
  const edges = sentences(rule(node).edges, (one) => !one.includes("raises"));
  const kink = edges && jumps(graph, run.values, step);
  return [phase("backward", state.position - forwardCount, last - forwardCount),
    element("span", {}, `from ${name(node)} back to ${name(input)}${operand(step)}${place}`),
    element("dl", {},
      ...row("rule", ...ruleWords(node)),
      ...row("upstream", coloured("g", gradientName(node)), " = ", gradient(upstream)),
      ...row("local", ...localWords(step)),
      ...row("contribution", bracketed(gradient(upstream)), " × ", bracketed(local(step.local)), newLine(),
        "= ", element("b", {}, gradient(contribution))),
      ...row("added", coloured("g", gradientName(input)), newLine(),
        `${long(before)} + `, bracketed(gradient(contribution)),
        " = ", element("b", { id: "after" }, gradient(after)))),
    ...(step.path ? [] : [note(`No path leads through here from ${rootName}: nothing is added.`)]),
    ...(kink ? [note(`The local derivative of ${symbol} jumps here: ${edges}.`)] : []),
    element("p", { class: ready ? "ready whole" : "ready" }, readyWords(step))];
}

function readyWords({ input, ready, usesDone, uses }) {
  if (!ready) return `${usesDone} of ${uses} uses of ${name(input)} have handed back: its gradient is not whole yet.`;
  const [which, are] = uses === 1 ? ["The only use", "is"] : [uses === 2 ? "Both uses" : `All ${uses} uses`, "are"];
  const then = nodes[input].op ? ", and it can hand back in turn" : "";
  return `${which} of ${name(input)} ${are} done: its gradient is whole${then}.`;
}
