// Known mistakes at a value, a local derivative, a contribution or a gradient, and which of them a wrong answer comes
// from. A mistake is {name, value, hint, holes}: the wrong number, and the words for it, which language tables have.

const QUIZ_TOLERANCE = 0.005; // half a percent: two or three correct digits

function near(answer, value) {
  return Number.isFinite(value) && Math.abs(answer - value) <= QUIZ_TOLERANCE * Math.abs(value) + 1e-9;
}

// Return the known mistakes at the gradient of a node, most telling first.
function mistakes(graph, run, node, pathLimit = 64) {
  const uses = usesOf(run, node);
  const found = [];
  const add = (name, value, hint, holes = {}) => found.push({ name, value, hint, holes });
  const sum = (terms) => terms.reduce((total, term) => total + term, 0);
  const correct = run.gradients[node];

  if (uses.length > 1) {
    add("overwritten", uses.at(-1).contribution, "last");
    add("path missed", uses[0].contribution, "first", { count: uses.length });
    uses.forEach((use, index) => {
      add("path missed", sum(uses.filter((other) => other !== use).map((other) => other.contribution)), "use",
          { number: index + 1, count: uses.length });
    });
  }
  add("upstream forgotten", sum(uses.map((use) => use.local)), "local");
  add("sign", -correct, "sign.hint");
  add("wrong local derivative", sum(uses.map((use) => use.upstream)), "upstream");
  if (countPaths(graph)[node] <= pathLimit) {
    const paths = pathsFrom(graph, run, node);
    if (paths.length > uses.length) {
      for (const path of paths) add("path missed", correct - path.product, "further");
    }
  }
  for (const [wrong, hint] of wrongLocals(graph, run)) {
    add("wrong local derivative", sum(uses.map((use) => use.upstream * wrong(use))), hint);
    add("wrong local derivative", sum(uses.map(wrong)), `${hint}.alone`);
  }
  return found.filter(({ value }) => Number.isFinite(value) && !near(value, correct) && !near(correct, value));
}

// Local derivatives as they are often mistaken, as functions of a use.
function wrongLocals(graph, run) {
  const numbers = (use) => graph.nodes[use.node].inputs.map((index) => run.values[index]);
  const row = (use) => operations[graph.nodes[use.node].op];
  const partial = (use, position, inputs, out) => row(use).partials[position](...inputs, out);
  return [
    [(use) => partial(use, use.position, numbers(use), run.values[use.input]), "input for output"],
    [(use) => partial(use, use.position, numbers(use).map(() => run.values[use.node]), run.values[use.node]), "at output"],
    [(use) => run.values[use.input], "input value"],
    [(use) => run.values[use.node], "output value"],
    [(use) => partial(use, numbers(use).length - 1 - use.position, numbers(use), run.values[use.node]), "other operand"],
    [(use) => 1 / use.local, "upside down"],
  ];
}

// The mistakes at one use of a node: at its local derivative, or at what it hands back.
function mistakesAtUse(graph, run, { kind, use }, correct) {
  const factor = kind === "local" ? 1 : use.upstream;
  const found = [{ name: "sign", value: -correct, hint: "sign.hint" }];
  if (kind === "contribution") {
    found.push({ name: "upstream forgotten", value: use.local, hint: "local" },
      { name: "wrong local derivative", value: use.upstream, hint: "upstream" });
  }
  for (const [wrong, hint] of wrongLocals(graph, run)) {
    found.push({ name: "wrong local derivative", value: factor * wrong(use), hint });
  }
  return found.filter(({ value }) => Number.isFinite(value) && !near(value, correct));
}

// Compare an answer with the right one: {correct, causes}; causes are the mistakes that give this very answer, at most
// three, one of each name.
function diagnose(graph, run, question, right, answer) {
  if (near(answer, right) || answer === right) return { correct: true, causes: [] };
  const known = { gradient: () => mistakes(graph, run, question.node), local: () => mistakesAtUse(graph, run, question, right),
    contribution: () => mistakesAtUse(graph, run, question, right), value: () => [{ name: "sign", value: -right, hint: "sign.hint" }] };
  const causes = [];
  for (const mistake of known[question.kind]()) {
    if (near(answer, mistake.value) && !causes.some((cause) => cause.name === mistake.name)) causes.push(mistake);
  }
  return { correct: false, causes: causes.slice(0, 3) };
}
