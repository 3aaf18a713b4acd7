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
}

function refreshTitle() {
  const out = shownValues()[graph.root];
  const formula = graph.formula ? [coloured("formula", graph.formula), " = "] : [];
  const total = element("b", { id: "root-value", title: out }, out === null ? "…" : long(out));
  find("title").replaceChildren(`${rootName} = `, ...formula, total);
  const bad = graph.forward.find((index) => !Number.isFinite(run.values[index]));
  const steep = run.steps.find((step) => !Number.isFinite(step.contribution));
  let words = "";
  if (bad !== undefined) {
    const { value: formula, edges } = rule(bad);
    const raised = sentences(edges, (one) => one.includes("raises"));
    words = `${name(bad)} = ${inNumbers(formula, bad)} is ${show(run.values[bad])} here, so what follows from it is `
      + `not a usual number.${raised && ` The page goes on where Python stops: ${raised}.`}`;
  } else if (steep) {
    const { node, input, local, upstream } = steep;
    const why = Number.isFinite(local) ? `${long(upstream)} × ${long(local)} is too large for a float`
      : sentences(rule(node).edges, (one) => !one.includes("raises"));
    words = `${partialName(node, input)} is ${show(local)} here, so gradients are not finite${why && `: ${why}`}.`;
  }
  find("warning").hidden = !words;
  if (find("warning").textContent !== words) find("warning").textContent = words;
}

// Those of the sentences about the edges of an operation that a test holds for.
const sentences = (edges, test) => edges.split("; ").filter(test).join("; ");

function setView(view) {
  state.view = view;
  for (const one of ["network", "graph"]) find(`view-${one}`).setAttribute("aria-pressed", String(one === view));
  if (view === "network") drawNetwork();
  else drawGraph();
  const [v, g, l, n] = ["v", "g", "l", "n"].map((kindOf) => (text) => coloured(kindOf, text));
  find("legend").replaceChildren(...(view === "network"
    ? ["In the circles ", v("activations a"), ", under them ", g(`residuals δ = ∂${rootName}/∂z`),
      ". Lines are weights, ", v("positive"), " or ", n("negative"), ", the larger the thicker."]
    : ["In the nodes ", v("values"), " and ", g(`gradients ∂${rootName}/∂node`),
      ", on the edges ", l("local derivatives"), "."]));
  refresh();
  follow();
}

function setSample() {
  const sample = graph.samples[Number(find("sample").value)];
  graph.sampleLeaves.forEach((index, i) => { state.leafValues[index] = Number(sample[i]); });
}

// Another sample: other values of some leaves; or, where the graph has all samples in it, the units of another one.
function chooseSample() {
  if (graph.samples.length) {
    setSample();
    state.history = [];
  } else {
    Object.assign(network, network.copies[Number(find("sample").value)]);
    state.selected = state.path = null;
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
    Home: () => stepBy(-last),
    End: () => stepBy(last),
    Escape: () => { if (state.selected !== null) select(state.selected); },
  };
  if (event.key === " " && !onButton) actions[" "] = play;
  if (!actions[event.key] || (state.quiz && event.key !== "Escape")) return;
  event.preventDefault();
  actions[event.key]();
}

function start() {
  document.title = `${rootName}: the chain rule, step by step`;
  find("play").addEventListener("click", play);
  find("to-start").addEventListener("click", () => stepBy(-last));
  find("step-back").addEventListener("click", () => stepBy(-1));
  find("step-forward").addEventListener("click", () => stepBy(1));
  find("scrub").addEventListener("input", () => { pause(); go(Number(find("scrub").value)); });
  find("descend").addEventListener("click", descendOnce);
  find("reset").addEventListener("click", reset);
  find("quiz-switch").addEventListener("click", toggleQuiz);
  find("quiz-form").addEventListener("submit", answer);
  find("quiz-show").addEventListener("click", () => solved("It is:", false));
  find("view-network").addEventListener("click", () => setView("network"));
  find("view-graph").addEventListener("click", () => setView("graph"));
  find("view-switch").hidden = !(network && layout);
  const samples = graph.samples.length || network?.copies.length || 0;
  find("sample-switch").hidden = samples < 2;
  for (let i = 0; i < samples; i += 1) find("sample").append(element("option", { value: i }, `${i + 1} of ${samples}`));
  find("sample").selectedIndex = graph.recorded;
  find("sample").addEventListener("change", chooseSample);
  document.querySelector(".scrub-names").style.setProperty("--forward", `${forwardCount}fr`);
  document.querySelector(".scrub-names").style.setProperty("--backward", `${last - forwardCount}fr`);
  document.addEventListener("keydown", keys);
  addEventListener("resize", resized);
  addEventListener("message", tellFrame, { once: true });
  setView(state.view);
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

start();
