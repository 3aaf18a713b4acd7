// The state in the address: reload, back, bookmark and a copied link lead to the same leaves, step, view and language.

const hostedAt = document.documentElement.dataset.address; // where this page can be found, if Python was told
let remembering = null; // a timer
let readAddress = true; // false once the page has taken its state from the address
const onWorkbench = find("workbench") !== null;

// The state as text: what differs from how the page opens.
function stateText() {
  const parts = new URLSearchParams();
  if (onWorkbench) for (const [key, text] of typedState()) parts.set(key, text);
  const moved = leaves.filter((index) => state.leafValues[index] !== (onWorkbench ? openingValue(index) : recorded[index]));
  if (moved.length && moved.length <= 200) parts.set("v", moved.map((index) => `${index}:${state.leafValues[index]}`).join(" "));
  if (state.position) parts.set("s", state.position);
  if (network && state.stride !== "unit") parts.set("stride", state.stride);
  if (network && state.view === "graph") parts.set("view", "graph");
  if (state.sample !== graph.recorded) parts.set("sample", state.sample);
  parts.set("lang", language);
  return parts.toString();
}

// Something else is chosen: the reader's way back leads to what is shown now.
function leaveBehind() {
  if (readAddress || parent !== window) return;
  clearTimeout(remembering);
  try {
    history.replaceState(null, "", `#${stateText()}`);
    history.pushState(null, "", location.hash);
  } catch { // a page without an address that may change has no way back
  }
}

// In the frame of a notebook replaceState is refused, and the address is nobody's.
function rememberState() {
  if (readAddress || parent !== window) return;
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    try { history.replaceState(null, "", `#${stateText()}`); } catch { location.hash = stateText(); }
  }, 250);
}

const addressParts = () => new URLSearchParams(location.hash.slice(1));

// Take sample, leaves, stride, view and step from the address, where it has them.
function restoreState() {
  const parts = addressParts();
  const sample = Number(parts.get("sample") ?? state.sample);
  if (sample !== state.sample && find("sample").options[sample]) {
    find("sample").selectedIndex = sample;
    chooseSample(sample);
  }
  for (const pair of (parts.get("v") ?? "").split(" ").filter(Boolean)) {
    const [index, x] = pair.split(":").map(Number);
    if (leaves.includes(index) && !Number.isNaN(x)) state.leafValues[index] = x;
  }
  run = compute(graph, state.leafValues);
  if (network && layout && parts.get("view") === "graph") setView("graph");
  else if (network && ["operation", "layer"].includes(parts.get("stride"))) setStride(parts.get("stride"));
  state.position = Math.max(0, Math.min(state.stops.length, Math.trunc(Number(parts.get("s"))) || 0));
}

async function copyLink() {
  const link = `${hostedAt || location.href.split("#")[0]}#${stateText()}`;
  try {
    await navigator.clipboard.writeText(link);
    find("live").textContent = say("copied");
    find("copy-link").textContent = say("copied");
    setTimeout(() => { find("copy-link").textContent = say("copy.link"); }, 2000);
  } catch { // not every browser lets a page write there, and no frame of a notebook may: the link is shown then
    find("link").hidden = false;
    find("link").value = link;
    find("link").select();
    find("live").textContent = say("copy.here");
  }
}
