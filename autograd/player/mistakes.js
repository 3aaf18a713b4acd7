// Known mistakes at a gradient, and which of them a wrong answer comes from.

const QUIZ_TOLERANCE = 0.005; // half a percent: two or three correct digits

function near(answer, value) {
  return Number.isFinite(value) && Math.abs(answer - value) <= QUIZ_TOLERANCE * Math.abs(value) + 1e-9;
}

// Return the known mistakes at a node, most telling first: {name, value, hint} with the wrong gradient that each gives.
function mistakes(graph, run, node, pathLimit = 64) {
  const uses = usesOf(run, node);
  const found = [];
  const add = (name, value, hint) => found.push({ name, value, hint });
  const sum = (terms) => terms.reduce((total, term) => total + term, 0);
  const correct = run.gradients[node];

  if (uses.length > 1) {
    add("overwritten", uses.at(-1).contribution,
        "That is the last contribution alone. Each use adds to the gradient (+=); it does not replace it (=).");
    add("path missed", uses[0].contribution,
        `That is the first contribution alone. This node is used ${uses.length} times: add what every use hands back.`);
    uses.forEach((use, index) => {
      add("path missed", sum(uses.filter((other) => other !== use).map((other) => other.contribution)),
          `A path is missed: the one through use ${index + 1} of ${uses.length}. Add what every use hands back.`);
    });
  }
  add("upstream forgotten", sum(uses.map((use) => use.local)),
      "That is the local derivative. Multiply it by the gradient that comes from upstream.");
  add("sign", -correct, "The size is right and the sign is not.");
  add("wrong local derivative", sum(uses.map((use) => use.upstream)),
      "That is the upstream gradient as it came. Multiply it by the local derivative.");
  if (countPaths(graph)[node] <= pathLimit) {
    const paths = pathsFrom(graph, run, node);
    if (paths.length > uses.length) {
      for (const path of paths) {
        add("path missed", correct - path.product,
            "A path is missed: further towards the root, a gradient was passed on before it was whole.");
      }
    }
  }
  for (const [wrong, hint] of wrongLocals(graph, run)) {
    add("wrong local derivative", sum(uses.map((use) => use.upstream * wrong(use))), hint);
    add("wrong local derivative", sum(uses.map(wrong)), `${hint} And the upstream gradient is forgotten.`);
  }
  return found.filter(({ value }) => Number.isFinite(value) && !near(value, correct) && !near(correct, value));
}

// Local derivatives as they are often mistaken, as functions of a use.
function wrongLocals(graph, run) {
  const numbers = (use) => graph.nodes[use.node].inputs.map((index) => run.values[index]);
  const row = (use) => operations[graph.nodes[use.node].op];
  const partial = (use, position, inputs, out) => row(use).partials[position](...inputs, out);
  return [
    [(use) => partial(use, use.position, numbers(use), run.values[use.input]),
     "The local derivative was taken with the input in the place of the output."],
    [(use) => partial(use, use.position, numbers(use).map(() => run.values[use.node]), run.values[use.node]),
     "The local derivative was taken at the output instead of at the input."],
    [(use) => run.values[use.input],
     "The input's own value was taken for the local derivative."],
    [(use) => run.values[use.node],
     "The output's value was taken for the local derivative."],
    [(use) => partial(use, numbers(use).length - 1 - use.position, numbers(use), run.values[use.node]),
     "The local derivative of the other operand was taken."],
    [(use) => 1 / use.local,
     "The local derivative was turned upside down."],
  ];
}

// Compare an answer with ∂J/∂node: {correct, causes}; causes are the mistakes that give this very answer, at most
// three, one of each name.
function diagnose(graph, run, node, answer) {
  if (near(answer, run.gradients[node]) || answer === run.gradients[node]) return { correct: true, causes: [] };
  const causes = [];
  for (const mistake of mistakes(graph, run, node)) {
    if (near(answer, mistake.value) && !causes.some((cause) => cause.name === mistake.name)) causes.push(mistake);
  }
  return { correct: false, causes: causes.slice(0, 3) };
}
