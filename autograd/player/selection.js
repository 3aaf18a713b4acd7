// The node that the reader has chosen: its chain-rule sum, ∂J/∂node = Σ ∂u/∂node × ∂J/∂u, and its paths.

const MOST_PATHS = 24;

function select(index) {
  const asked = unitOf(index)?.z ?? index; // a unit is asked for its residual
  if (state.quiz && hidden(asked) && run.gradients[asked] !== null) return askAbout(asked);
  state.selected = state.selected === index ? null : index;
  state.path = null;
  refresh();
  if (state.selected === null) return;
  const words = find("node").innerText.split("\n").slice(0, 4).join(" ");
  find("live").textContent = `${find("node-title").textContent}: ${words}`;
}

function refreshNode() {
  const index = state.selected;
  find("node-card").hidden = index === null;
  if (index === null) return;
  const unit = unitOf(index);
  const weight = weightOf(index);
  const title = unit ? "node.unit" : weight ? "node.weight" : "node.rule";
  find("node-title").replaceChildren(...phrase(title, { name: coloured("name", name(index)) }));
  const known = isKnown(unit?.z ?? index) || state.quiz;
  find("node").replaceChildren(...(known ? nodeWords(index, unit, weight) : notYet(index)));
}

function nodeWords(index, unit, weight) {
  if (unit) return residualWords(unit);
  return weight && run.gradients[index] !== null ? weightWords(weight) : sumWords(index);
}

// Of a gradient that is not computed yet: how it will be, and the way there.
function notYet(index) {
  const uses = usesOf(run, unitOf(index)?.z ?? index);
  return [equation(...sumInNames(unitOf(index)?.z ?? index, uses)), note(say("node.later")),
    button(say("node.end"), () => { state.position = state.stops.length; refresh(); })];
}

const sumInNames = (index, uses) => [coloured("g", gradientName(index)), newLine(), "= ", ...terms(uses, (use) => [
  coloured("l", factorName(use)), " × ", coloured("g", gradientName(use.node))])];

// A local derivative as a factor of the gradient. Where the root alone uses the node, its name is that of the gradient,
// and the formula stands for it.
const factorName = (use) => (use.node === graph.root && !operand(use) ? localFormula(use) : localName(use));

// The sum in symbols, in the formulas of the table, in numbers and its value, and the paths.
function sumWords(index) {
  if (nodes[index].constant) return [note(say("node.constant", { name: name(index) }))];
  if (run.gradients[index] === null) return [note(say("node.alone", { name: name(index) }))];
  if (hidden(index)) return [note(say("quiz.hidden"))];
  if (index === graph.root) return [equation(coloured("g", gradientName(index)), " = ", gradient(1)), note(say("node.start"))];
  const uses = usesOf(run, index);
  return [
    equation(...sumInNames(index, uses), ...(uses.every((use) => factorName(use) === localFormula(use)) ? [] : [
      newLine(), "= ", ...terms(uses, (use) => [coloured("l", localFormula(use)), " × ", coloured("g", gradientName(use.node))])])),
    equation("= ", ...terms(uses, (use) => [bracketed(local(use.local)), " × ", bracketed(gradient(use.upstream))])),
    equation("= ", element("b", { class: "sum" }, gradient(run.gradients[index]))),
    ...operandWords(uses),
    ...pathWords(index),
  ];
}

// The local derivative of a use as the table writes it, as a factor.
function localFormula({ node, position }) {
  const text = inNames(rule(node).partials[position], node);
  return text.startsWith("−") || /[ /]/.test(text) ? `(${text})` : text;
}

// What the mark of an operand means, of the first of the uses that has one.
function operandWords(uses) {
  const use = uses.find((one) => operand(one));
  if (!use) return [];
  return [note(...phrase("operand", {
    partial: coloured("l", localName(use)), number: use.position + 1, node: name(use.node), input: name(use.input),
    whole: coloured("g", partialName(use.node, use.input)),
  }))];
}

function pathWords(index) {
  const most = countPaths(graph)[index];
  const ends = { from: name(index), to: rootName };
  if (most > MOST_PATHS) return [note(say("paths.many", { head: counted("paths", most, ends) }))];
  const found = pathsFrom(graph, run, index);
  if (!found.length) return [note(say("paths.none", ends))];
  const head = counted("paths", found.length, ends);
  const paths = found.map(({ steps, product }, number) => {
    const names = steps.map((step) => name(step.input) + doubled(step));
    const factors = steps.flatMap((step, i) => [i ? " × " : "", bracketed(local(step.local))]);
    const path = button([...names, rootName].join(" → "), () => {
      state.path = state.path === number ? null : number;
      refresh();
      find("node").querySelectorAll(".paths button")[number].focus(); // the list is written anew
    }, { "aria-pressed": state.path === number });
    path.append(newLine(), element("span", { class: "equation" }, ...factors, " = ", gradient(product)));
    return element("li", {}, path);
  });
  const list = element("ul", { class: "paths" }, ...paths);
  return [note(found.length > 1 ? say("paths.add", { head }) : `${head}:`), list];
}

// The mark of an operand on a path, where the names do not tell which of two it goes through.
const doubled = (step) => (nodes[step.node].inputs.filter((index) => index === step.input).length > 1 ? operand(step) : "");
