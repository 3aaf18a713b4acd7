// The quiz: gradients are hidden until the reader finds them; mistakes.js knows what a wrong answer may come from.

// The nodes to ask about, from the root down: those with a name of their own where there are many.
function questions() {
  const ready = run.steps.filter((step) => step.ready && Number.isFinite(step.after)).map((step) => step.input);
  const named = ready.filter((index) => nodes[index].named && (unitOf(index)?.z ?? index) === index);
  return ready.length > 16 && named.length ? named : ready;
}

function toggleQuiz() {
  pause();
  state.quiz = state.quiz ? null : { node: null, solved: new Set(), tries: 0, right: 0, asked: 0 };
  state.position = last;
  state.selected = state.path = null;
  find("quiz-switch").setAttribute("aria-pressed", String(state.quiz !== null));
  find("quiz-card").hidden = state.quiz === null;
  if (state.quiz) ask(questions()[0]);
  else refresh();
}

function ask(index) {
  state.quiz.node = index ?? null;
  state.quiz.tries = 0;
  state.selected = state.path = null;
  find("quiz-form").hidden = index === undefined;
  find("quiz-feedback").replaceChildren();
  if (index === undefined) {
    const { right, asked } = state.quiz;
    const score = `Done: ${right} of ${asked} right at the first try.`;
    feedback("right", asked ? score : "There is no gradient to ask for.");
  } else {
    const unit = network?.units.find((one) => one.z === index);
    const sign = element("b", { class: "equation" }, gradientName(index));
    find("quiz-question").replaceChildren(unit ? `What is δ${unit.mark} = ` : "What is ", sign, "?");
    find("quiz-answer").value = "";
    find("quiz-answer").focus({ preventScroll: true });
    find("quiz-form").scrollIntoView({ block: "nearest" });
    follow();
    pictureOf(index)?.scrollIntoView({ block: "nearest" });
  }
  refresh();
}

function answer(event) {
  event.preventDefault();
  const number = parse(find("quiz-answer").value);
  if (!Number.isFinite(number)) return feedback("wrong", "Type a number, such as −0.25, 2e-1 or 1/2.");
  const { node } = state.quiz;
  const { correct, causes } = diagnose(graph, run, node, number);
  state.quiz.tries += 1;
  if (correct) return solved("Right.", state.quiz.tries === 1);
  feedback("wrong", "Not yet.", causes.length
    ? element("ul", {}, ...causes.map((cause) => element("li", {}, element("b", {}, cause.name), `: ${cause.hint}`)))
    : note(hint(node)));
}

// A number or a quotient of two as people write them; NaN for what is neither.
function parse(text) {
  const numbers = text.replaceAll("−", "-").replaceAll(",", ".").split("/")
    .map((part) => (part.trim() === "" ? NaN : Number(part)));
  return numbers.length > 2 ? NaN : numbers.reduce((above, below) => above / below);
}

function hint(node) {
  const uses = usesOf(run, node).slice(0, MOST_TERMS);
  const sum = uses.map((use) => `${gradientName(use.node)} × ${localName(use)}`).join(" + ");
  return `Not one of the usual mistakes. ${gradientName(node)} = ${sum}.`;
}

function solved(words, first) {
  const { quiz } = state;
  quiz.solved.add(quiz.node);
  quiz.asked += 1;
  if (first) quiz.right += 1;
  const next = questions().find((index) => !quiz.solved.has(index));
  const button = element("button", { type: "button", class: "primary", id: "quiz-next" });
  button.append(next === undefined ? "Finish" : "Next");
  button.addEventListener("click", () => ask(next));
  feedback("right", words, ...sumWords(quiz.node).slice(0, 3), element("p", { class: "row" }, button));
  find("quiz-form").hidden = true;
  quiz.node = null;
  refresh();
  button.focus({ preventScroll: true });
}

function feedback(kindOf, words, ...more) {
  find("quiz-feedback").replaceChildren(element("p", { class: `verdict ${kindOf}` }, words), ...more);
}
