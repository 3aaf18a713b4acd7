// The quiz: values, local derivatives, contributions and gradients are asked for in the order in which they can be
// computed; what is asked for is hidden until it is found. mistakes.js knows what a wrong answer may come from.
//
// state.quiz is {questions, solved, question, tries, hints, wrong, right, seed}: the question that is asked, null at the
// end; those solved by key; wrong answers with their questions; how many were right at the first try.

const MOST_QUESTIONS = 14;

const keyOf = ({ kind, node, use }) => `${kind} ${node} ${use ? use.position : ""} ${use ? use.node : ""}`;
const isSolved = (question) => state.quiz.solved.has(keyOf(question));
const quizHides = (index) => index !== graph.root && state.quiz.questions.some((one) =>
  one.kind === "gradient" && one.node === index && !isSolved(one));
const quizHidesValue = (index) => state.quiz.questions.some((one) =>
  one.kind === "value" && one.node === index && !isSolved(one));
const quizHidesLocal = (step) => quizHides(step.input) && !state.quiz.questions.some((one) =>
  one.kind === "local" && one.use === step && isSolved(one));

// What is asked about: of a network the residuals of its units, a weight into each layer and activations; of many nodes
// those with a name.
function askedAbout() {
  const ready = run.steps.filter((step) => step.ready && Number.isFinite(step.after)).map((step) => step.input);
  const computed = graph.forward.filter((index) => index !== graph.root && Number.isFinite(run.values[index]));
  if (network) {
    const units = network.units.filter((unit) => unit.z !== null);
    const weights = layerNumbers().slice(1).map((layer) => network.weights.find(({ to }) => network.units[to].layer === layer).node);
    return { gradients: ready.filter((index) => weights.includes(index) || units.some((unit) => unit.z === index)),
      values: computed.filter((index) => units.some((unit) => unit.a === index)) };
  }
  const named = ready.filter((index) => nodes[index].named);
  return ready.length > 16 && named.length ? { gradients: named, values: computed.filter((index) => nodes[index].named) }
    : { gradients: ready, values: computed };
}

// The questions, each after those for its parts.
function makeQuestions() {
  const { gradients, values } = askedAbout();
  const parts = run.steps.filter((step) => gradients.includes(step.input) && Number.isFinite(step.contribution)
    && step.local !== 1 && (!network || nodes[step.node].named)); // of a network what is in the picture: f′(z)
  const questions = values.slice(0, 2).map((node) => ({ kind: "value", node }));
  for (const node of gradients) {
    const own = parts.filter((step) => step.input === node);
    if (own.length && questions.length < 6) {
      const odd = questions.filter((one) => one.use).length % 2;
      questions.push({ kind: odd && !network ? "contribution" : "local", node, use: own[0] });
    }
    questions.push({ kind: "gradient", node });
  }
  const few = questions.filter((one) => one.kind !== "gradient");
  const whole = questions.filter((one) => one.kind === "gradient").slice(0, MOST_QUESTIONS - few.length);
  return questions.filter((one) => few.includes(one) || whole.includes(one));
}

function toggleQuiz() {
  pause();
  stopRun();
  find("quiz-switch").setAttribute("aria-pressed", String(state.quiz === null));
  find("quiz-card").hidden = state.quiz !== null;
  if (state.quiz) {
    state.quiz = null;
    refresh();
  } else startQuiz(0);
}

function startQuiz(seed) {
  if (seed) newNumbers(seed);
  Object.assign(state, { position: state.stops.length, selected: null, path: null });
  state.quiz = { questions: makeQuestions(), solved: new Set(), question: null, tries: 0, hints: 0, wrong: [], right: 0, seed };
  ask(state.quiz.questions[0]);
}

// Other values of the leaves, the same for the same seed, at which everything is finite.
function newNumbers(seed) {
  const random = randomFrom(seed);
  for (let tries = 0; tries < 50; tries += 1) {
    const values = [...recorded];
    for (const index of leaves) {
      if (!nodes[index].constant) values[index] = tidy(finiteOr0(recorded[index]) + (random() - 0.5) * reach(index), reach(index) / 20);
    }
    const made = compute(graph, values);
    if (made.values.every(Number.isFinite) && made.steps.every((step) => Number.isFinite(step.contribution))) {
      state.leafValues = values;
      run = made;
      return;
    }
  }
}

// A node that the reader clicks is asked about once the values, and the gradients that its own is made of, are found.
function askAbout(index) {
  if (nextQuestion()?.kind === "value") return ask(nextQuestion());
  const seen = new Set();
  const firstHidden = (node) => { // towards the root, past nodes that are not asked about
    for (const { node: above } of usesOf(run, node)) {
      if (seen.has(above)) continue;
      seen.add(above);
      const found = firstHidden(above);
      if (found !== null) return found;
    }
    return hidden(node) ? node : null;
  };
  ask(state.quiz.questions.find((one) => one.kind === "gradient" && one.node === firstHidden(index)) ?? nextQuestion());
}

const nextQuestion = () => state.quiz.questions.find((one) => !isSolved(one)) ?? null;

function ask(question) {
  const { quiz } = state;
  Object.assign(quiz, { question: question ?? null, tries: 0, hints: 0 });
  Object.assign(state, { selected: null, path: null });
  find("quiz-form").hidden = !question;
  find("quiz-feedback").replaceChildren();
  if (!question) endQuiz();
  else {
    find("quiz-question").replaceChildren(...questionWords(question));
    find("quiz-answer").value = "";
  }
  refresh();
  if (!question) return;
  find("quiz-answer").focus({ preventScroll: true });
  find("quiz-form").scrollIntoView({ block: "nearest" });
  follow();
  pictureOf(question.node)?.scrollIntoView({ block: "nearest" });
}

function questionWords(question) {
  const { kind, node, use } = question;
  const unit = network?.units.find((one) => one.z === node && one.z !== one.a);
  const sign = { value: name(node), local: use && localName(use), gradient: `${unit ? `δ${unit.mark} = ` : ""}${gradientName(node)}`,
    contribution: use && `${localName(use)} × ${gradientName(use.node)}` }[kind];
  return [`${state.quiz.questions.findIndex((one) => one === question) + 1}/${state.quiz.questions.length} `,
    ...phrase(`quiz.ask.${kind}`, { sign: element("b", { class: "equation" }, sign), node: use ? name(use.node) : "" })];
}

const rightAnswer = ({ kind, node, use }) => ({ value: run.values[node], local: use?.local, contribution: use?.contribution,
  gradient: run.gradients[node] })[kind];

function answer(event) {
  event.preventDefault();
  const number = parseAnswer(find("quiz-answer").value);
  if (!Number.isFinite(number)) return feedback("wrong", say("quiz.number"));
  const { quiz } = state;
  const { question } = quiz;
  const { correct, causes } = diagnose(graph, run, question, rightAnswer(question), number);
  quiz.tries += 1;
  if (correct) return solved(say("quiz.right"), quiz.tries === 1 && quiz.hints === 0);
  quiz.wrong.push({ question, number });
  if (!causes.length) return hint();
  feedback("wrong", say("quiz.not"), element("ul", {}, ...causes.map((cause) => element("li", {},
    element("b", {}, say(`mistake.${cause.name}`)), `: ${say(`mistake.${cause.hint}`, cause.holes)}`))));
}

// A number or a quotient of two as people write them; NaN for anything else.
function parseAnswer(text) {
  const numbers = text.replaceAll("−", "-").replaceAll(",", ".").split("/")
    .map((part) => (part.trim() === "" ? NaN : Number(part)));
  return numbers.length > 2 ? NaN : numbers.reduce((above, below) => above / below);
}

// A hint, each a step nearer: a word, the formula, the formula with its numbers; after a wrong answer or when `asked` for.
function hint(asked) {
  const { quiz } = state;
  quiz.hints = Math.min(3, quiz.hints + 1);
  feedback(asked ? "" : "wrong", say(asked ? "quiz.hint" : "quiz.not"), ...hintWords(quiz.question, quiz.hints), ...(quiz.hints < 3 ? [note(say("quiz.more"))] : []));
}

function hintWords(question, stage) {
  const { word, names, numbers } = (network && networkHint(question)) || nodeHint(question);
  return [note(word), ...(stage > 1 ? [equation(...names)] : []), ...(stage > 2 ? [equation("= ", ...numbers)] : [])];
}

// The hint of a question about a node: a word, the formula in names, and the formula in numbers.
function nodeHint({ kind, node, use }) {
  const uses = use ? [use] : usesOf(run, node);
  const names = {
    value: () => [name(node), " = ", inNames(rule(node).value, node)],
    local: () => [localName(use), " = ", inNames(rule(use.node).partials[use.position], use.node)],
    contribution: () => [localName(use), " × ", gradientName(use.node)],
    gradient: () => sumInNames(node, uses),
  };
  const numbers = {
    value: () => [inNumbers(rule(node).value, node)],
    local: () => [inNumbers(rule(use.node).partials[use.position], use.node)],
    contribution: () => [bracketed(local(use.local)), " × ", bracketed(gradient(use.upstream))],
    gradient: () => terms(uses, (one) => [bracketed(local(one.local)), " × ", bracketed(gradient(one.upstream))]),
  };
  return { word: counted(`hint.${kind}`, usesOf(run, node).length), names: names[kind](), numbers: numbers[kind]() };
}

function solved(words, first) {
  const { quiz } = state;
  const { question } = quiz;
  quiz.solved.add(keyOf(question));
  if (first) quiz.right += 1;
  const next = button(say(nextQuestion() ? "quiz.next" : "quiz.finish"), () => ask(nextQuestion()), { class: "primary", id: "quiz-next" });
  const whole = question.kind === "gradient" && !(network && networkHint(question));
  const how = whole ? sumWords(question.node).slice(0, 3)
    : [...hintWords(question, 3).slice(1), equation("= ", value(rightAnswer(question)))];
  feedback("right", words, ...how, element("p", { class: "row" }, next));
  find("quiz-form").hidden = true;
  quiz.question = null;
  refresh();
  next.focus({ preventScroll: true });
}

// The score, what was answered wrongly, and the ways on.
function endQuiz() {
  const { questions, right, wrong, seed } = state.quiz;
  const all = questions.length;
  if (!all) return feedback("", say("quiz.none"));
  const review = wrong.map(({ question, number }) => element("li", {}, ...questionWords(question).slice(1), " ",
    say("quiz.answered", { given: show(number, 6), right: long(rightAnswer(question)) })));
  feedback(right === all ? "right" : "", say("quiz.done", { right, all }),
    ...(review.length ? [note(say("quiz.review")), element("ul", {}, ...review)] : []),
    element("p", { class: "row" }, button(say("quiz.again"), () => startQuiz(seed)),
      button(say("quiz.new"), () => startQuiz(seed + 1), { class: "primary" })));
}

function feedback(kindOf, words, ...more) {
  find("quiz-feedback").replaceChildren(element("p", { class: `verdict ${kindOf}` }, words), ...more);
}
