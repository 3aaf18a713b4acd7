// The node that the reader has chosen: its chain-rule sum, ∂J/∂node = Σ ∂J/∂u × ∂u/∂node, and its paths.

const MOST_PATHS = 24;

function select(index) {
  const asked = unitOf(index)?.z ?? index; // a unit is asked for its residual
  if (state.quiz && asked !== graph.root && run.gradients[asked] !== null && !state.quiz.solved.has(asked)) return ask(asked);
  state.selected = state.selected === index ? null : index;
  state.path = null;
  refresh();
  if (state.selected !== null) find("live").textContent = `Chain rule for ${name(index)}: ${find("node").innerText.split("\n").slice(0, 4).join(" ")}`;
}

function refreshNode() {
  const index = state.selected;
  find("node-card").hidden = index === null;
  if (index === null) return;
  const unit = unitOf(index);
  find("node-title").replaceChildren(unit ? "Residual of the unit " : "Chain rule for ", element("span", { class: "name" }, name(index)));
  const card = find("node");
  card.replaceChildren(...(unit ? residualWords(unit) : sumWords(index)));
  if (state.position < last && !state.quiz) {
    card.append(element("p", { class: "note" }, "The numbers are those at the end of the backward pass."));
  }
}

// ∂J/∂node = Σ ∂J/∂u · ∂u/∂node in symbols, then numbers, then the value, and the paths.
function sumWords(index) {
  const symbol = element("span", { class: "g" }, gradientName(index));
  if (run.gradients[index] === null) {
    return [element("p", { class: "note" }, nodes[index].constant
      ? `${name(index)} is a constant: no derivative is computed for it.` : `${name(index)} does not depend on any variable.`)];
  }
  if (hidden(index)) return [element("p", { class: "note" }, "Hidden during the quiz.")];
  if (index === graph.root) return [equation(symbol, " = ", gradient(1)), element("p", { class: "note" }, "Where the backward pass starts.")];
  const uses = usesOf(run, index);
  const lines = [equation(symbol, element("br"), "= ", ...terms(uses, (use) => [
    element("span", { class: "g" }, gradientName(use.node)), " · ", element("span", { class: "l" }, partialName(use.node, index))])),
  equation("= ", ...terms(uses, (use) => [bracketed(gradient(use.upstream)), " · ", bracketed(local(use.local))])),
  equation("= ", element("b", { id: "sum" }, gradient(run.gradients[index])))];
  return [...lines, ...pathWords(index)];
}

function pathWords(index) {
  const count = countPaths(graph)[index];
  const head = element("p", { class: "note" }, `${plural(count, "path")} from ${name(index)} to ${rootName}`
    + (count > MOST_PATHS ? ": too many to list." : count > 1 ? ", which add up to the gradient:" : ":"));
  head.style.margin = "10px 0 0";
  if (count > MOST_PATHS) return [head];
  const list = element("ul", { class: "paths" });
  pathsFrom(graph, run, index).forEach(({ steps, product }, number) => {
    const button = element("button", { type: "button", "aria-pressed": String(state.path === number) },
      [name(index), ...steps.map((step) => name(step.node))].join(" → "), element("br"),
      element("span", { class: "equation" }, ...steps.flatMap((step, i) => [i ? " · " : "", bracketed(local(step.local))]), " = ", gradient(product)));
    button.addEventListener("click", () => {
      state.path = state.path === number ? null : number;
      refresh();
    });
    list.append(element("li", {}, button));
  });
  return [head, list];
}
