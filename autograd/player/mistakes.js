// Which mistake a wrong answer comes from. MISTAKES, the table of mistakes.json, stands before this file; a row is
// [name, hint, asked, of, factors]: `asked` are the kinds of questions that it is made at, with spaces between them, and
// the wrong number is the sum, over the uses that `of` tells, of the product of the factors.
// Language tables have the words for name and hint.

const QUIZ_TOLERANCE = 0.005; // half a percent: two or three correct digits

function near(answer, value) {
  return Number.isFinite(value) && Math.abs(answer - value) <= QUIZ_TOLERANCE * Math.abs(value) + 1e-9;
}

// The factors that a row may name, at one use: its numbers, and its local derivative as it is often mistaken.
function factorsAt(graph, run, use) {
  const numbers = graph.nodes[use.node].inputs.map((index) => run.values[index]);
  const out = run.values[use.node];
  const { partials } = operations[graph.nodes[use.node].op];
  return {
    local: use.local,
    upstream: use.upstream,
    contribution: use.contribution,
    "input for output": partials[use.position](...numbers, run.values[use.input]),
    "at output": partials[use.position](...numbers.map(() => out), out),
    "input value": run.values[use.input],
    "output value": out,
    "other operand": partials[numbers.length - 1 - use.position](...numbers, out),
    "upside down": 1 / use.local,
  };
}

// The wrong numbers of a row, each with what stands in the holes of its hint.
const WRONG = {
  "all uses": (terms) => [[terms.reduce((total, term) => total + term, 0)]],
  "last use": (terms) => (terms.length > 1 ? [[terms.at(-1)]] : []),
  "first use": (terms) => (terms.length > 1 ? [[terms[0], { count: terms.length }]] : []),
  "all uses but one": (terms) => (terms.length > 1 ? terms.map((_, left) => [
    terms.reduce((total, term, index) => (index === left ? total : total + term), 0), { number: left + 1, count: terms.length }]) : []),
  "all paths but one": (terms, right, paths) => (paths.length > terms.length ? paths.map((path) => [right - path.product]) : []),
  "the answer with the other sign": (terms, right) => [[-right]],
};

// Return the known mistakes at a question whose answer is `right`, most telling first: {name, value, hint, holes}.
function mistakes(graph, run, { kind, node, use }, right, pathLimit = 64) {
  const factors = (use ? [use] : usesOf(run, node)).map((one) => factorsAt(graph, run, one));
  const paths = kind === "gradient" && countPaths(graph)[node] <= pathLimit ? pathsFrom(graph, run, node) : [];
  const found = MISTAKES.filter(([, , asked]) => asked.includes(kind)).flatMap(([name, hint, , of, named]) =>
    WRONG[of](factors.map((at) => named.reduce((product, factor) => product * at[factor], 1)), right, paths)
      .map(([value, holes = {}]) => ({ name, value, hint, holes })));
  return found.filter(({ value }) => Number.isFinite(value) && !near(value, right) && !near(right, value));
}

// Compare an answer with the right one: {correct, causes}; causes are the mistakes that give this very answer, at most
// three, one of each name.
function diagnose(graph, run, question, right, answer) {
  if (near(answer, right) || answer === right) return { correct: true, causes: [] };
  const causes = [];
  for (const mistake of mistakes(graph, run, question, right)) {
    if (near(answer, mistake.value) && !causes.some((cause) => cause.name === mistake.name)) causes.push(mistake);
  }
  return { correct: false, causes: causes.slice(0, 3) };
}
