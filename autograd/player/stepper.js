// The player: play, pause and step through both passes, and the words of the step that is reached.

let timer = null;

function go(position) {
  state.position = Math.max(0, Math.min(state.stops.length, position));
  state.selected = state.path = null;
  refresh();
  announce();
  travel();
  follow();
}

function play() {
  if (timer !== null) return pause();
  if (atEnd()) go(0);
  const tick = () => {
    go(state.position + 1);
    if (atEnd()) pause();
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
  find("play").setAttribute("aria-label", say(playing ? "pause" : "play"));
}

function stepBy(count) {
  pause();
  go(state.position + count);
}

function refreshTransport() {
  const [scrub, last] = [find("scrub"), state.stops.length];
  scrub.max = last;
  scrub.value = state.position;
  scrub.setAttribute("aria-valuetext", positionWords());
  const names = document.querySelector(".scrub-names");
  names.style.setProperty("--forward", `${state.forward}fr`);
  names.style.setProperty("--backward", `${last - state.forward}fr`);
  const quiz = state.quiz !== null;
  find("to-start").disabled = find("step-back").disabled = quiz || state.position === 0;
  find("to-end").disabled = find("step-forward").disabled = quiz || atEnd();
  find("play").disabled = scrub.disabled = quiz || last === 0;
  find("sample").disabled = find("stride").disabled = quiz;
  find("stride").value = state.stride;
}

const done = (phase) => (phase === "forward" ? [state.position, state.forward]
  : [state.position - state.forward, state.stops.length - state.forward]);

function positionWords() {
  const stop = currentStop();
  if (!stop) return say("position.start");
  const [count, all] = done(stop.phase);
  return say(`position.${stop.phase}`, { count, all });
}

function announce() {
  const stop = currentStop();
  const step = backwardStep();
  let words = positionWords();
  if (stop?.units) words += `: ${stopTitle(stop)}`;
  else if (step) {
    words += `: ${say("announce.back", { node: name(step.node), local: long(step.local), upstream: long(step.upstream),
      contribution: long(step.contribution), input: name(step.input) + operand(step), after: long(step.after) })}`;
  } else if (stop) {
    const [node] = stop.computes;
    words += `: ${name(node)} = ${inNumbers(rule(node).value, node)} = ${long(run.values[node])}`;
  }
  find("live").textContent = words;
}

// The step in words ---------------------------------------------------------------------------------------------------

let tallest = 0; // of the steps shown since the window had its width: room is kept for it, so that what is below stays

function refreshStep() {
  find("step-card").hidden = state.quiz !== null;
  const card = find("step");
  const stop = currentStop();
  const step = backwardStep();
  if (!stop) card.replaceChildren(...introduction());
  else if (stop.units) card.replaceChildren(...stopWords(stop));
  else card.replaceChildren(...(step ? backwardWords(step) : forwardWords(stop.computes[0])));
  card.style.minHeight = "";
  tallest = Math.max(tallest, card.offsetHeight);
  card.style.minHeight = `${tallest}px`;
}

function introduction() {
  if (!state.stops.length) return [note(say("start.leaf"))];
  const keys = element("p", { class: "note keys" }, ...[["Space", "key.play"], ["←", ""], ["→", "key.step"],
    ["Home", ""], ["End", "key.ends"], ["↑", ""], ["↓", "key.nodes"], ["Enter", "key.choose"], ["Esc", "key.leave"]]
    .flatMap(([key, does]) => [element("kbd", {}, key), does ? ` ${say(does)} ` : " "]));
  return [note(say("start")), keys];
}

const phase = (word) => {
  const [count, all] = done(word);
  return coloured(`phase ${word}`, say(`phase.${word}`, { count, all }));
};

function forwardWords(node) {
  return [phase("forward"), coloured("", part(node)), equation(...ruleWords(node))];
}

// In the network, what a node without a name is part of.
function part(index) {
  const owner = drawnFor(index);
  if (owner === index || nodes[index].named) return "";
  return owner < 0 ? say("part.sample") : say("part.at", { name: name(owner) });
}

// An operation in names, in numbers and its value.
function ruleWords(node) {
  const formula = rule(node).value;
  return [element("b", {}, name(node)), ` = ${inNames(formula, node)}`, newLine(), `= ${inNumbers(formula, node)}`,
    newLine(), "= ", coloured("total", value(run.values[node]))];
}

function localWords(step) {
  const formula = rule(step.node).partials[step.position];
  const pieces = [coloured("l", localName(step))];
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
  return [phase("backward"),
    element("span", {}, say("back", { node: name(node), input: name(input) + operand(step) }), " ", place),
    element("dl", {},
      ...row(say("row.rule"), ...ruleWords(node)),
      ...row(say("row.local"), ...localWords(step)),
      ...row(say("row.upstream"), coloured("g", gradientName(node)), " = ", gradient(upstream)),
      ...row(say("row.contribution"), bracketed(local(step.local)), " × ", bracketed(gradient(upstream)), newLine(),
        "= ", element("b", {}, gradient(contribution))),
      ...row(say("row.added"), coloured("g", gradientName(input)), newLine(),
        `${long(before)} + `, bracketed(gradient(contribution)),
        " = ", element("b", { id: "after" }, gradient(after)))),
    ...operandWords([step]),
    ...(step.path ? [] : [note(say("no.path", { name: rootName }))]),
    ...(kink ? [note(say("kink", { symbol, edges: edgeWords(edges) }))] : []),
    element("p", { class: ready ? "ready whole" : "ready" }, readyWords(step))];
}

function readyWords({ input, ready, usesDone, uses }) {
  const holes = { name: name(input), done: usesDone, count: uses };
  if (!ready) return say("ready.not", holes);
  return counted(nodes[input].op ? "ready.node" : "ready.leaf", uses, holes);
}
