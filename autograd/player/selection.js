// The node that the reader has chosen: its chain-rule sum, ∂J/∂node = Σ ∂J/∂u × ∂u/∂node, and its paths.

const MOST_PATHS = 24;

function select(index) {
  const asked = unitOf(index)?.z ?? index; // a unit is asked for its residual
  if (state.quiz && hidden(asked) && run.gradients[asked] !== null) return ask(asked);
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
  find("node-title").replaceChildren(unit ? "Residual of the unit " : "Chain rule for ", coloured("name", name(index)));
  const late = state.position < last && !state.quiz;
  find("node").replaceChildren(...(unit ? residualWords(unit) : sumWords(index)),
    ...(late ? [note("The numbers are those at the end of the backward pass.")] : []));
}

// The sum in symbols, in numbers and its value, and the paths.
function sumWords(index) {
  const sign = () => coloured("g", gradientName(index));
  if (nodes[index].constant) return [note(`${name(index)} is a constant: no derivative is computed for it.`)];
  if (run.gradients[index] === null) return [note(`${name(index)} does not depend on any variable.`)];
  if (hidden(index)) return [note("Hidden during the quiz.")];
  if (index === graph.root) return [equation(sign(), " = ", gradient(1)), note("Where the backward pass starts.")];
  const uses = usesOf(run, index);
  return [
    equation(sign(), newLine(), "= ", ...terms(uses, (use) => [
      coloured("g", gradientName(use.node)), " × ", coloured("l", localName(use))])),
    equation("= ", ...terms(uses, (use) => [bracketed(gradient(use.upstream)), " × ", bracketed(local(use.local))])),
    equation("= ", element("b", { id: "sum" }, gradient(run.gradients[index]))),
    ...pathWords(index),
  ];
}

function pathWords(index) {
  const most = countPaths(graph)[index];
  const ends = `from ${name(index)} to ${rootName}`;
  if (most > MOST_PATHS) return [note(`${plural(most, "path")} ${ends}: too many to list.`)];
  const found = pathsFrom(graph, run, index);
  const count = found.length;
  const head = `${plural(count, "path")} ${ends}`;
  if (!count) return [note(`No path leads ${ends}: the gradient is 0, whatever the local derivatives are.`)];
  const paths = found.map(({ steps, product }, number) => {
    const names = [name(index), ...steps.map((step) => name(step.node) + operand(step))].join(" → ");
    const factors = steps.flatMap((step, i) => [i ? " × " : "", bracketed(local(step.local))]);
    const button = element("button", { type: "button", "aria-pressed": state.path === number }, names, newLine(),
      element("span", { class: "equation" }, ...factors, " = ", gradient(product)));
    button.addEventListener("click", () => {
      state.path = state.path === number ? null : number;
      refresh();
      find("node").querySelectorAll(".paths button")[number].focus(); // the list is written anew
    });
    return element("li", {}, button);
  });
  const list = element("ul", { class: "paths" }, ...paths);
  return [note(count > 1 ? `${head}, which add up to the gradient:` : `${head}:`), list];
}
