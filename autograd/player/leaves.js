// The list of leaves: a slider, a field and, for what descend may change, a tick for each.

const MOST_LEAVES = 24; // with more than this, the list shows the selected leaf only
const leafRows = new Map();

function refreshLeaves() {
  const listed = leaves.length <= MOST_LEAVES ? leaves : leaves.filter((index) => index === state.selected);
  let words = say("leaves.none");
  if (listed.length) words = say(listed.every((index) => nodes[index].constant) ? "leaves.drag" : "leaves.tick");
  else if (leaves.length) words = say("leaves.many", { count: leaves.length });
  find("leaves-note").textContent = words;
  const shown = listed.map((index) => `${index} ${name(index)} ${language}`).join();
  if (shown !== find("leaves").dataset.shown) {
    find("leaves").dataset.shown = shown;
    leafRows.clear();
    for (const index of listed) leafRows.set(index, leafRow(index));
    find("leaves").replaceChildren(...[...leafRows.values()].map(({ row }) => row));
  }
  find("leaves").tabIndex = state.quiz ? 0 : -1; // so that the keyboard scrolls it while its fields rest
  for (const [index, { slider, box, tick }] of leafRows) {
    const x = state.leafValues[index];
    const finite = Number.isFinite(x);
    const [low, high] = [finiteOr0(recorded[index]) - reach(index), finiteOr0(recorded[index]) + reach(index)];
    slider.min = finite ? Math.min(low, x) : low;
    slider.max = finite ? Math.max(high, x) : high;
    slider.value = x;
    slider.setAttribute("aria-valuetext", long(x));
    if (document.activeElement !== box) box.value = finite ? Number(x.toPrecision(6)) : "";
    box.placeholder = finite ? "" : show(x);
    box.title = String(x);
    if (tick) tick.checked = state.parameters.has(index);
    for (const field of [slider, box, tick]) if (field) field.disabled = state.quiz !== null;
  }
}

function leafRow(index) {
  const input = (attributes) => element("input", { step: "any", "data-leaf": index, ...attributes });
  const slider = input({ type: "range", tabindex: -1, "aria-label": say("leaf.slider", { name: name(index) }) });
  const box = input({ type: "number", "aria-label": name(index) });
  slider.addEventListener("input", () => setLeaf(index, tidy(Number(slider.value), reach(index) / 100)));
  slider.addEventListener("pointerup", () => slider.blur()); // so that → steps on after a drag
  box.addEventListener("input", () => {
    if (Number.isFinite(box.valueAsNumber)) setLeaf(index, box.valueAsNumber);
  });
  box.addEventListener("blur", refreshLeaves); // a text that is not a number is replaced by the leaf's value
  const title = element("span", { class: "name", title: name(index) }, name(index));
  const row = element("div", { class: "leaf-row" }, title, slider, box);
  if (nodes[index].constant) return { row, slider, box };
  const says = say("leaf.parameter", { name: name(index) });
  const tick = element("input", { type: "checkbox", title: says, "aria-label": says });
  tick.addEventListener("change", () => {
    state.parameters[tick.checked ? "add" : "delete"](index);
    refresh();
  });
  row.append(tick);
  return { row, slider, box, tick };
}

// Where a slider has its middle and a drag its start: ∞ and nan have no neighbours.
const finiteOr0 = (x) => (Number.isFinite(x) ? x : 0);

// How far a slider reaches to either side of the value that was recorded.
function reach(index) {
  const size = Math.abs(recorded[index]);
  if (!Number.isFinite(size) || size < 0.7) return 1;
  const power = 10 ** Math.floor(Math.log10(1.5 * size));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= 1.5 * size);
}

// A number with no more digits than a step of `grain` calls for.
function tidy(x, grain) {
  const digits = Math.max(0, Math.min(15, Math.ceil(-Math.log10(grain))));
  return Number(x.toFixed(digits));
}
