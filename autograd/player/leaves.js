// The list of leaves: a slider, a field and, for what descend may change, a tick for each.

const MOST_LEAVES = 24; // with more than this, the list shows the selected leaf only
const leafRows = new Map();

function refreshLeaves() {
  const listed = leaves.length <= MOST_LEAVES ? leaves : leaves.filter((index) => index === state.selected);
  find("leaves-note").textContent = listed.length
    ? "Drag, or type a value. The tick makes a leaf a parameter: descend changes it."
    : "Click a leaf in the picture to change its value.";
  if (listed.join() !== [...leafRows.keys()].join()) {
    leafRows.clear();
    for (const index of listed) leafRows.set(index, leafRow(index));
    find("leaves").replaceChildren(...[...leafRows.values()].map(({ row }) => row));
  }
  for (const [index, { slider, box, tick }] of leafRows) {
    const x = state.leafValues[index];
    const [low, high] = [recorded[index] - reach(index), recorded[index] + reach(index)];
    slider.min = Number.isFinite(x) ? Math.min(low, x) : low;
    slider.max = Number.isFinite(x) ? Math.max(high, x) : high;
    slider.value = x;
    if (document.activeElement !== box) box.value = Number.isFinite(x) ? Number(x.toPrecision(6)) : "";
    box.title = String(x);
    if (tick) tick.checked = state.parameters.has(index);
  }
}

function leafRow(index) {
  const slider = element("input", { type: "range", step: "any", "aria-label": `${name(index)}, slider`, "data-leaf": index });
  const box = element("input", { type: "number", step: "any", "aria-label": name(index), "data-leaf": index });
  slider.addEventListener("input", () => setLeaf(index, tidy(Number(slider.value), reach(index) / 100)));
  box.addEventListener("input", () => { if (box.value !== "" && Number.isFinite(box.valueAsNumber)) setLeaf(index, box.valueAsNumber); });
  box.addEventListener("blur", refreshLeaves); // what is no number gives way to the value that the leaf has
  const row = element("div", { class: "leaf-row" }, element("span", { class: "name", title: name(index) }, name(index)), slider, box);
  if (nodes[index].constant) return { row, slider, box };
  const tick = element("input", { type: "checkbox", title: "parameter", "aria-label": `${name(index)} is a parameter` });
  tick.addEventListener("change", () => {
    state.parameters[tick.checked ? "add" : "delete"](index);
    refresh();
  });
  row.append(tick);
  return { row, slider, box, tick };
}

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
