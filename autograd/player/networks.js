// A network that the reader asks for, as a graph: its layers, activation, cost and the data it is to learn.

const RAISED = (number) => `⁽${[...String(number)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("")}⁾`;
const LOWERED = (...numbers) => numbers.map((number) => [...String(number)].map((c) => "₀₁₂₃₄₅₆₇₈₉"[c]).join(""))
  .join(numbers.some((number) => number > 9) ? "," : "");
const unitMarks = (layer, ...units) => RAISED(layer) + LOWERED(...units);

// Return the graph of a network with these hidden layers: {hidden, activation, cost, data, seed}.
function networkGraph({ hidden, activation, cost, data, seed }) {
  const { inputs: rows, targets } = datasets[data];
  const sizes = [rows[0].length, ...hidden, targets[0].length];
  const random = randomFrom(seed);
  const nodes = [], texts = [], known = new Map(), weights = [], units = [], owner = [];
  const add = (node, of = null) => { owner.push(of); return nodes.push({ short: node.name, ...node }) - 1; };
  const leaf = (name, value, of, constant = false) => add({ name, named: true, value, constant, adjustable: true }, of);
  const apply = (op, inputs, name = "", of = null) => {
    const bare = inputs.map((index) => nodes[index]);
    const wording = wordingOf(op, bare.map((node) => (node.op || node.named ? { name: node.name, op: node.op } : node)));
    const key = JSON.stringify([op, wording]);
    if (!known.has(key)) known.set(key, texts.push(wording) - 1);
    return add({ name: name || `v${nodes.filter((node) => node.op).length + 1}`, named: Boolean(name), op, inputs, text: known.get(key) }, of);
  };
  const number = (value) => add({ name: String(value), named: false, value, constant: true, adjustable: false });

  let below = rows[0].map((x, i) => {
    const index = leaf(`x${unitMarks(1, i + 1)}`, x, null, true);
    owner[index] = index;
    units.push({ number: units.length, layer: 1, mark: unitMarks(1, i + 1), z: null, b: null, a: index });
    return units.at(-1);
  });
  sizes.slice(1).forEach((size, l) => {
    const last = l === sizes.length - 2;
    const reach = Math.sqrt(6 / (sizes[l] + size));
    below = Array.from({ length: size }, (_, i) => {
      const unit = { number: units.length, layer: l + 2, mark: unitMarks(l + 2, i + 1), z: null, b: null, a: null };
      units.push(unit);
      let total = null;
      below.forEach((from, j) => {
        const w = leaf(`W${unitMarks(l + 1, i + 1, j + 1)}`, tidy((2 * random() - 1) * reach, 0.001), null);
        owner[w] = w;
        weights.push({ node: w, from: from.number, to: unit.number });
        const product = apply("mul", [w, from.a], "", w);
        total = total === null ? product : apply("add", [total, product], "", unit);
      });
      unit.b = leaf(`b${unitMarks(l + 1, i + 1)}`, 0, unit);
      unit.z = apply("add", [total, unit.b], `z${unit.mark}`, unit);
      unit.a = apply(last ? "sigmoid" : activation, [unit.z], `a${unit.mark}`, unit);
      return unit;
    });
  });
  const goals = targets[0].map((y, i) => leaf(targets[0].length > 1 ? `y${LOWERED(i + 1)}` : "y", y, null, true));
  const terms = goals.map((y, i) => {
    const { a } = below[i];
    if (cost === "squared") return apply("pow", [apply("sub", [a, y]), number(2)]);
    const one = (x) => apply("sub", [number(1), x]);
    return apply("neg", [apply("add", [apply("mul", [y, apply("log", [a])]), apply("mul", [one(y), apply("log", [one(a)])])])]);
  });
  let root = terms.reduce((sum, term) => apply("add", [sum, term]));
  if (cost === "squared") root = apply("mul", [number(0.5), root]);
  const written = goals.map((goal, i) => {
    const [a, y] = [nodes[below[i].a].name, nodes[goal].name];
    return cost === "squared" ? `(${a} − ${y})²` : `−(${y} × ln(${a}) + (1 − ${y}) × ln(1 − ${a}))`;
  });
  const formula = cost === "squared" ? `0.5 × ${written.length > 1 ? `(${written.join(" + ")})` : written[0]}`
    : written.join(" ").replaceAll(" −(", " − (");
  Object.assign(nodes[root], { name: "J", short: "J", named: true });

  const inputs = units.filter((unit) => unit.layer === 1).map((unit) => unit.a);
  const parameters = nodes.flatMap((node, index) => (!node.op && !node.constant ? [index] : []));
  const copies = [{ units, owner: owner.map((of) => (of === null ? root : typeof of === "number" ? of : of.a)) }];
  return {
    root, nodes, texts, parameters, leaves: [...inputs, ...goals, ...parameters], formula,
    forward: nodes.flatMap((node, index) => (node.op ? [index] : [])),
    backward: nodes.map((_, index) => index).reverse().flatMap((index) => (nodes[index].inputs ?? [])
      .map((x, position) => [index, position, x])).filter(([, , x]) => !nodes[x].constant).map(([index, position]) => [index, position]),
    samples: rows.map((row, i) => [...row, ...targets[i]]), recorded: 0, sampleLeaves: [...inputs, ...goals],
    network: { weights, copies }, layout: graphviz && nodes.length <= grammar.mostNodes ? layOut(nodes) : null,
  };
}
