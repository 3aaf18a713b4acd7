// The page as a whole: its title, its views, samples and keys, and the listeners of its controls.

// Show the state: called after whatever changes it.
function refresh() {
  refreshPicture();
  refreshTitle();
  refreshTransport();
  refreshStep();
  refreshLeaves();
  refreshDescend();
  refreshNode();
  if (onWorkbench) checkGoal();
  rememberState();
}

const LONG_FORMULA = 110; // characters; the rest of a longer one opens by a button
let formulaOpen = false;

function refreshTitle() {
  const out = state.quiz && quizHidesValue(graph.root) ? null : shownValues()[graph.root];
  const folded = graph.formula.length > LONG_FORMULA && !formulaOpen;
  const formula = folded ? graph.formula.slice(0, LONG_FORMULA - 10) : graph.formula;
  const more = graph.formula.length > LONG_FORMULA ? [button(folded ? "…" : "−", () => {
    formulaOpen = !formulaOpen;
    refreshTitle();
  }, { class: "fold", "aria-label": say(folded ? "formula.open" : "formula.close") })] : [];
  const total = element("b", { id: "root-value", title: out ?? "" }, out === null ? "…" : long(out));
  const written = formula ? [element("span", { class: "formula" }, ...formulaPieces(formula)), ...more, " = "] : [];
  find("title").replaceChildren(`${rootName} = `, ...written, total);
  find("warning").replaceChildren();
  const words = warningWords();
  find("warning").hidden = !words;
  if (find("warning").textContent !== words) find("warning").textContent = words;
}

// The formula, with the numbers in it that were typed as handles to drag.
function formulaPieces(formula) {
  const start = graph.formulaAt ?? Infinity;
  const numbers = nodes.map(({ at, end }, index) => ({ index, at: at - start, end: end - start }))
    .filter(({ at, end }) => at >= 0 && end <= formula.length).sort((one, other) => one.at - other.at);
  let done = 0;
  const pieces = numbers.flatMap(({ index, at, end }) => {
    const x = state.leafValues[index];
    const before = formula.slice(done, at);
    done = end;
    const shown = x === nodes[index].value ? formula.slice(at, end) : String(x);
    return [before, element("span", { class: "number", "data-number": index, title: say("workbench.number") }, shown)];
  });
  return [...pieces, formula.slice(done)];
}

// What is said of numbers on the page that are not finite.
function warningWords() {
  const values = shownValues();
  const bad = graph.forward.find((index) => values[index] !== null && !Number.isFinite(run.values[index]));
  if (bad !== undefined) {
    const { value: formula, edges } = rule(bad);
    const raised = sentences(edges, (one) => one.includes("raises"));
    const words = say("broken.value", { name: name(bad), formula: inNumbers(formula, bad), x: show(run.values[bad]) });
    return raised ? `${words} ${say("broken.raises", { edges: edgeWords(raised) })}` : words;
  }
  const uses = shownUses();
  const steep = run.steps.find((step) => uses.has(step) && !Number.isFinite(step.contribution));
  if (!steep) return "";
  const { node, local, upstream } = steep;
  const why = Number.isFinite(local) ? say("broken.large", { upstream: long(upstream), local: long(local) })
    : edgeWords(sentences(rule(node).edges, (one) => !one.includes("raises")));
  return say("broken.gradient", { name: localName(steep), x: show(local), why: why ? `: ${why}` : "" });
}

// Those of the sentences about the edges of an operation that a test holds for.
const sentences = (edges, test) => edges.split("; ").filter(test).join("; ");

function setView(view) {
  state.view = view;
  if (view === "graph" && state.stride !== "operation") setStride("operation");
  for (const one of ["network", "graph"]) find(`view-${one}`).setAttribute("aria-pressed", String(one === view));
  if (view === "network") drawNetwork();
  else drawGraph();
  const holes = Object.fromEntries(["v", "g", "l", "n", "p"].map((kindOf) => [kindOf,
    coloured(kindOf, say(`legend.${view}.${kindOf}`, { name: rootName }))]));
  find("legend").replaceChildren(...phrase(`legend.${view}`, holes));
  refresh();
  follow();
}

function changeStride(stride) {
  pause();
  setStride(stride);
  refresh();
}

function setSample() {
  const sample = graph.samples[state.sample];
  graph.sampleLeaves.forEach((index, i) => { state.leafValues[index] = Number(sample[i]); });
}

// Another sample: other values of some leaves; or, where the graph has all samples in it, the units of another one.
function chooseSample(number) {
  state.sample = number;
  if (graph.samples.length) setSample();
  else {
    showCopy(number);
    Object.assign(state, { selected: null, path: null });
    setStride(state.stride);
    setView(state.view);
  }
  update();
}

function keys(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const onButton = event.target.closest("button, [role=button]");
  const actions = {
    ArrowRight: () => stepBy(1),
    ArrowLeft: () => stepBy(-1),
    Home: () => stepBy(-state.stops.length),
    End: () => stepBy(state.stops.length),
    Escape: () => { if (state.selected !== null) select(state.selected); },
  };
  if (event.key === " " && !onButton) actions[" "] = play;
  if (!actions[event.key] || (state.quiz && event.key !== "Escape")) return;
  event.preventDefault();
  actions[event.key]();
}

// Show a graph that was just set: what of the page depends on which graph it is.
function showGraph() {
  document.title = say("title", { name: rootName });
  const samples = graph.samples.length || network?.copies.length || 0;
  find("view-switch").hidden = !(network && layout);
  find("stride-switch").hidden = !network;
  find("sample-switch").hidden = samples < 2;
  find("sample").replaceChildren(...Array.from({ length: samples }, (_, i) =>
    element("option", { value: i }, say("sample.of", { number: i + 1, all: samples }))));
  find("sample").selectedIndex = state.sample;
  find("quiz-card").hidden = state.quiz === null;
  find("quiz-switch").setAttribute("aria-pressed", String(state.quiz !== null));
  formulaOpen = false;
  scales.chosen = null;
  setView(state.view);
}

function changeLanguage(code) {
  setLanguage(code);
  find("language").value = language;
  find("leaves").dataset.shown = "";
  showPlaying(timer !== null);
  if (onWorkbench) sayWorkbench();
  showGraph();
  if (state.quiz) ask(state.quiz.question ?? nextQuestion());
}

function listen() {
  const press = (id, action) => find(id).addEventListener("click", action);
  press("play", play);
  press("to-start", () => stepBy(-state.stops.length));
  press("to-end", () => stepBy(state.stops.length));
  press("step-back", () => stepBy(-1));
  press("step-forward", () => stepBy(1));
  press("descend", descendOnce);
  press("run", toggleRun);
  press("reset", reset);
  press("quiz-switch", toggleQuiz);
  press("quiz-show", () => solved(say("quiz.is"), false));
  press("quiz-hint", hint);
  press("view-network", () => setView("network"));
  press("view-graph", () => setView("graph"));
  press("copy-link", copyLink);
  find("copy-link").hidden = parent !== window && !hostedAt; // a frame of a notebook has no address of its own
  find("quiz-form").addEventListener("submit", answer);
  find("scrub").addEventListener("input", () => { pause(); go(Number(find("scrub").value)); });
  find("scrub").addEventListener("pointerup", () => find("scrub").blur());
  find("sample").addEventListener("change", () => chooseSample(Number(find("sample").value)));
  find("stride").addEventListener("change", () => changeStride(find("stride").value));
  find("all-samples").addEventListener("change", () => { state.history = []; refreshDescend(); });
  find("language").replaceChildren(...Object.entries(languages).map(([code, table]) =>
    element("option", { value: code, lang: code }, table.language)));
  find("language").addEventListener("change", () => changeLanguage(find("language").value));
  document.addEventListener("keydown", keys);
  addEventListener("resize", resized);
  addEventListener("message", tellFrame, { once: true });
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  listenToStage();
  dragged(find("title"), ({ target }) => (target.dataset.number === undefined ? null : Number(target.dataset.number)));
  showPlaying(false);
}

let width = innerWidth;

function resized() {
  fit();
  if (innerWidth === width) return;
  width = innerWidth;
  tallest = 0;
  refreshStep();
}

// In a notebook the frame asks how high the page is; it is told then, and whenever that changes. A page that nobody asks
// scrolls in its frame.
function tellFrame() {
  document.documentElement.classList.add("framed");
  fit();
  const tell = () => parent.postMessage(document.body.offsetHeight, "*");
  tell(); // at once: what observes does so only where the frame is in sight
  new ResizeObserver(tell).observe(document.body);
}
