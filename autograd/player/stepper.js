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

// The step in words ---------------------------------------------------------------------------------------------------

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
