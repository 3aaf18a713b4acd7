// On paper: the whole graph at the end of both passes, and the derivation of every gradient below it.

let screen = null; // what the page is set back to

function beforePrint() {
  screen = { position: state.position, selected: state.selected };
  Object.assign(state, { position: state.stops.length, selected: null });
  refresh();
  const [forward, backward] = [graph.forward, run.steps.filter((step) => step.ready).map((step) => step.input)];
  find("derivation").replaceChildren(
    element("h2", {}, say("forward")), ...forward.slice(0, 200).map((index) => equation(...ruleWords(index))),
    element("h2", {}, say("backward")), ...backward.slice(0, 200).map((index) => equation(
      ...sumInNames(index, usesOf(run, index)), newLine(), "= ", ...terms(usesOf(run, index), (use) => [
        bracketed(local(use.local)), " × ", bracketed(gradient(use.upstream))]), " = ", gradient(run.gradients[index]))));
}

function afterPrint() {
  Object.assign(state, screen);
  find("derivation").replaceChildren();
  refresh();
}
