// The workbench: a sheet is typed, a lesson or a network chosen, and the page shows its graph at once.

const made = JSON.parse(find("workbench").textContent); // what Python gives: the sheet to open with, examples, lessons
const { lessons, examples } = made;
let functions, wordings, grammar, powers, metrics, datasets, layouts; // the tables: of operations, data, places of first graphs
let graphviz = null; // the function that lays out, once its WebAssembly is compiled
let chosen = { kind: "sheet" }; // what is shown: a sheet, a lesson by its number, or a network
const FIRST_VALUES = [0.5, 2, 0.25, 1.5, 1]; // of leaves, in turn, until the reader gives others

// What the address has of the sheet, the network and the lesson; that of a lesson only where the reader changed it.
function typedState() {
  const { kind, lesson } = chosen;
  const text = kind === "network" ? networkText() : find("sheet").value;
  const own = lesson && (kind === "network" || text === lesson.sheet);
  return [...(lesson ? [["lesson", lesson.id]] : []), ...(own ? [] : [["f", text]])];
}

// The value that a leaf opens with where the address has none for it.
function openingValue(index) {
  if (chosen.kind === "network" || nodes[index].given) return recorded[index];
  return chosen.lesson ? chosen.lesson.values[name(index)] : firstValue(leaves.indexOf(index));
}

const firstValue = (turn) => FIRST_VALUES[turn % FIRST_VALUES.length];

// The values that leaves have by now, by name. What the sheet itself gives is taken from it where it changed there; a new
// name has one of the first values.
function keptValues(next) {
  const values = new Map();
  next.leaves.forEach((index, turn) => {
    const node = next.nodes[index];
    const before = graph?.nodes.findIndex((one) => !one.op && one.name === node.name) ?? -1;
    const given = node.given ? node.value : before >= 0 ? recorded[before] : firstValue(turn);
    if (before >= 0 && given === recorded[before]) values.set(node.name, state.leafValues[before]);
    node.value = given;
  });
  return values;
}

// Read the sheet; what is wrong is marked where it stands, and the last graph that was right stays, paler.
function typed() {
  const text = find("sheet").value;
  let next;
  try {
    next = graphFrom(text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    showFault(text, error);
    return false;
  }
  if (chosen.kind === "network") chosen = { kind: "sheet" };
  if (!chosen.lesson) find("lesson-card").hidden = true;
  const atItsEnd = graph && state.position > 0 && atEnd();
  showNext(next, keptValues(next));
  if (atItsEnd) go(state.stops.length); // who types with all numbers shown goes on to see them
  return true;
}

function showNext(next, kept = new Map()) {
  pause();
  stopRun();
  if (graphviz) find("fault").replaceChildren(); // else it says why nothing can be typed
  find("sheet").removeAttribute("aria-invalid");
  document.querySelector("main").classList.remove("stale");
  setGraph(next, kept);
  tallest = 0;
  showGraph();
}

function showFault(text, { key, holes, at, end }) {
  find("sheet").setAttribute("aria-invalid", "true");
  document.querySelector("main").classList.add("stale");
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const stop = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
  const [line, column] = [text.slice(0, start).split("\n").length, at - start + 1];
  const marked = element("code", {}, text.slice(start, at), element("mark", {}, text.slice(at, Math.min(end, stop)) || " "),
    text.slice(Math.min(end, stop), stop));
  find("fault").replaceChildren(marked, newLine(), say("workbench.fault", { line, column, words: say(`workbench.${key}`, holes) }));
}

// A number that was dragged is written into the sheet.
function writeNumber(index) {
  const { at, end } = nodes[index];
  const text = find("sheet").value;
  const x = state.leafValues[index];
  find("sheet").value = text.slice(0, at) + (x < 0 ? `(${x})` : String(x)) + text.slice(end);
  typed();
}

// Networks ----------------------------------------------------------------------------------------------------------------

const NETWORK_CHOICES = ["activation", "cost", "data"];
const networkText = () => `network ${["hidden", ...NETWORK_CHOICES].map((id) => find(`net-${id}`).value).join(" ")}`;

// Show the network that is chosen; false, with the reason on the page, where its layers are none.
function makeNetwork() {
  const hidden = find("net-hidden").value.split(/[^\d]+/).filter(Boolean).map(Number);
  const wrong = !hidden.length || hidden.some((size) => size < 1 || size > 64) || hidden.length > 4;
  find("net-fault").textContent = wrong ? say("workbench.net.fault") : "";
  if (wrong) return false;
  chosen = { kind: "network" };
  find("lesson-card").hidden = true;
  find("sheet").value = "";
  const [activation, cost, data] = NETWORK_CHOICES.map((id) => find(`net-${id}`).value);
  find("alpha").value = 0.5;
  showNext(networkGraph({ hidden, activation, cost, data, seed: 1 }));
  return true;
}

// Show the network of an address; false, with the reason on the page, where there is no such network here.
function readNetworkText(text) {
  const [, hidden, ...parts] = text.match(/^network (.+) (\S+) (\S+) (\S+)$/) ?? [];
  find("networks").open = true;
  if (hidden !== undefined) find("net-hidden").value = hidden;
  NETWORK_CHOICES.forEach((id, i) => { find(`net-${id}`).value = parts[i]; });
  const unknown = NETWORK_CHOICES.filter((id) => !find(`net-${id}`).value);
  for (const id of unknown) find(`net-${id}`).selectedIndex = 0;
  if (!unknown.length) return makeNetwork();
  find("net-fault").textContent = say("workbench.net.unknown", { text });
  return false;
}

// Lessons: a sheet or a network, a few sentences, and a goal that the page checks -----------------------------------------

function chooseLesson(number) {
  const lesson = lessons[number];
  find("menu").value = `lesson ${number}`;
  find("lesson-card").hidden = false;
  chosen = { kind: lesson.network ? "network" : "sheet", lesson, reached: false };
  find("alpha").value = lesson.alpha ?? 0.1;
  showLesson();
  if (lesson.network) {
    const { values, sample, ...network } = lesson.network;
    find("sheet").value = "";
    find("net-hidden").value = network.hidden.join("-");
    for (const id of ["activation", "cost", "data"]) find(`net-${id}`).value = network[id];
    showNext(networkGraph(network), new Map(Object.entries(values ?? {})));
    find("sample").selectedIndex = sample;
    chooseSample(sample);
  } else {
    find("sheet").value = lesson.sheet;
    const next = graphFrom(lesson.sheet);
    for (const index of next.leaves) next.nodes[index].value = lesson.values[next.nodes[index].name];
    showNext(next);
  }
  state.position = 0;
  refresh();
}

function showLesson() {
  const { lesson, reached } = chosen;
  const following = lessons.indexOf(lesson) + 1;
  const words = (part) => say(`workbench.lesson.${lesson.id}.${part}`);
  find("lesson-title").textContent = `${following}. ${words("title")}`;
  find("lesson-words").textContent = words("words");
  find("lesson-goal").textContent = reached ? `✓ ${say("workbench.lesson.done")}` : words("goal");
  find("lesson-goal").classList.toggle("reached", reached);
  find("lesson-next").hidden = !reached || following >= lessons.length;
}

const nodeNamed = (called) => nodes.findIndex((node) => node.name === called);

const GOALS = { // whether a goal of this kind is reached
  value: ({ node, is }) => Math.abs(run.values[nodeNamed(node)] - is) < 0.005,
  gradient: ({ node, below, near }) => {
    const slope = run.gradients[nodeNamed(node)];
    return below === undefined ? Math.abs(slope - near) < 0.05 : slope < below;
  },
  whole: ({ node }) => atEnd() === false && state.position > state.forward && isKnown(nodeNamed(node)),
  dead: () => { const unit = unitOf(state.selected); return unit !== null && slopeOf(unit, run) === 0; },
  mean: ({ below }) => state.history.length > 0 && state.history.at(-1).mean < below,
};

function checkGoal() {
  const { lesson, reached } = chosen;
  if (!lesson || reached) return;
  if (!GOALS[lesson.goal.kind](lesson.goal)) return;
  chosen.reached = true;
  showLesson();
}

function showMenu() {
  const { value: picked } = find("menu");
  const option = (value, words) => element("option", { value }, words);
  find("menu").replaceChildren(option("", say("workbench.menu")),
    element("optgroup", { label: say("workbench.menu.lessons") }, ...lessons.map(({ id }, i) =>
      option(`lesson ${i}`, `${i + 1}. ${say(`workbench.lesson.${id}.title`)}`))),
    element("optgroup", { label: say("workbench.menu.examples") }, ...examples.map((text) => option(text, text.replaceAll("\n", "; ")))));
  find("menu").value = picked;
}

// Say in another language what was said as the reader went.
function sayWorkbench() {
  showMenu();
  if (chosen.lesson) showLesson();
  find("net-fault").textContent = "";
  if (find("sheet").disabled) sayForbidden();
  else if (find("sheet").hasAttribute("aria-invalid")) typed();
}

const sayForbidden = () => { find("fault").textContent = say("workbench.no.webassembly"); };

function choose() {
  const { value: picked } = find("menu");
  if (picked) leaveBehind();
  if (picked.startsWith("lesson ")) return chooseLesson(Number(picked.slice(7)));
  if (!picked) return;
  find("lesson-card").hidden = true;
  chosen = { kind: "sheet" };
  find("sheet").value = picked;
  state.position = 0;
  typed();
}

function listenToWorkbench(compiled) {
  const once = (id, event, action) => find(id).addEventListener(event, () => compiled.then(action));
  once("sheet", "input", typed);
  once("menu", "change", choose);
  once("net-make", "click", () => { leaveBehind(); makeNetwork(); });
  find("lesson-next").addEventListener("click", () => {
    const following = lessons.indexOf(chosen.lesson) + 1;
    find("menu").value = `lesson ${following}`;
    choose();
  });
  find("lesson-quiz").addEventListener("click", () => { if (!state.quiz) toggleQuiz(); });
}

// What the address has, else the sheet that the page was made with; only what can be shown where WebAssembly is forbidden.
function openingText() {
  const asked = [addressParts().get("f") ?? made.sheet, made.sheet, examples[0]];
  return graphviz ? asked[0] : asked.find((text) => layouts[text] || text.startsWith("network "));
}

const openingLesson = () => lessons.findIndex(({ id }) => id === addressParts().get("lesson"));

function loadAddress() {
  const text = openingText();
  find("lesson-card").hidden = true;
  chosen = { kind: "sheet" };
  graph = null; // no value of what was shown before is kept
  if (openingLesson() >= 0) {
    chooseLesson(openingLesson());
    if (addressParts().get("f") === text) showSheet(text); // the reader changed it
  } else if (!text.startsWith("network ")) showSheet(text);
  else if (!readNetworkText(text)) showSheet(made.sheet);
  restoreState();
  refresh();
}

function showSheet(text) {
  find("sheet").value = text;
  if (typed() || graph) return;
  const first = graphFrom(examples[0]); // so that there is a graph
  showNext(first, keptValues(first));
  typed(); // the mistake is marked all the same
}

// The page shows its first graph while this goes on, which takes a slow machine a second.
async function compileGraphviz() {
  try {
    const file = new Response(unpacked("graphviz"), { headers: { "Content-Type": "application/wasm" } });
    graphviz = graphvizFrom(await WebAssembly.compileStreaming(file));
  } catch { // a page around this one may forbid WebAssembly: lessons, examples and networks can be played all the same
    sayForbidden();
    find("sheet").disabled = true;
  }
}

async function startWorkbench() {
  setLanguage(preferredLanguage(addressParts().get("lang") ?? document.documentElement.dataset.lang));
  listen();
  find("language").value = language;
  ({ functions, wordings, grammar, powers, metrics, datasets, layouts } = await new Response(unpacked("tables")).json());
  const compiled = new Promise((resolve) => { setTimeout(() => compileGraphviz().then(resolve)); });
  listenToWorkbench(compiled);
  showMenu();
  const lesson = lessons[openingLesson()];
  if (!layouts[addressParts().get("f") ?? (lesson ? lesson.sheet : made.sheet)]) await compiled;
  loadAddress();
  readAddress = false;
  addEventListener("hashchange", () => { if (location.hash.slice(1) !== stateText()) loadAddress(); });
}

startWorkbench();
