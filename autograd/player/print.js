// On paper: the whole graph at the end of both passes, and the derivation of every gradient below it.

const MOST_DERIVED = 200; // of each pass
let beforePaper = null; // what the page is set back to

function beforePrint() {
  beforePaper = { position: state.position, selected: state.selected };
  Object.assign(state, { position: state.stops.length, selected: null });
  refresh();
  const [forward, backward] = state.view === "network" ? unitDerivations() : nodeDerivations();
  find("derivation").replaceChildren(element("h2", {}, say("forward")), ...forward.slice(0, MOST_DERIVED),
    element("h2", {}, say("backward")), ...backward.slice(0, MOST_DERIVED));
}

function nodeDerivations() {
  const ready = run.steps.filter((step) => step.ready).map((step) => step.input);
  return [graph.forward.map((index) => equation(...ruleWords(index))), ready.map((index) => equation(
    ...sumInNames(index, usesOf(run, index)), newLine(), "= ", ...terms(usesOf(run, index), (use) => [
      bracketed(local(use.local)), " × ", bracketed(gradient(use.upstream))]), " = ", gradient(run.gradients[index])))];
}

function unitDerivations() {
  const stops = networkStops("unit");
  return ["forward", "backward"].map((pass) => stops.filter((stop) => stop.phase === pass)
    .map((stop) => element("div", {}, element("h3", {}, stopTitle(stop)), ...stopBody(stop))));
}

function afterPrint() {
  Object.assign(state, beforePaper);
  beforePaper = null;
  find("derivation").replaceChildren();
  refresh();
}
