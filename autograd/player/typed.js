// A sheet that was typed as a graph, as page.py's graph_data makes one of Values: `functions` is the table of operations
// by every name that one may be called by, `wordings` how each is written.

// The nodes that the root depends on, each after its inputs, which come in the order they were written.
function orderOf(parsed, root) {
  const order = [], number = new Map();
  const stack = [root];
  while (stack.length) {
    const at = stack.at(-1);
    const waiting = number.has(at) ? [] : (parsed[at].inputs ?? []).filter((x) => !number.has(x));
    if (waiting.length) stack.push(...waiting.reverse());
    else {
      stack.pop();
      if (!number.has(at)) number.set(at, order.push(at) - 1);
    }
  }
  return { order, number };
}

// A name for every node, as steps.node_names gives them: no two are the same.
function nodeNames(nodes) {
  const taken = new Set(nodes.map((node) => node.name).filter(Boolean));
  let step = 0;
  return nodes.map((node, index) => {
    step += node.op ? 1 : 0;
    if (node.name) return node.name;
    if (!node.op) return String(node.value);
    const name = index === nodes.length - 1 ? "J" : `v${step}`;
    if (!taken.has(name)) return name;
    let copy = 2;
    while (taken.has(`${name}#${copy}`)) copy += 1;
    taken.add(`${name}#${copy}`);
    return `${name}#${copy}`;
  });
}

// How an operation is written, with the numbers that are mere inputs of it in the formulas.
function wordingOf(op, inputs) {
  const bare = inputs.map(({ name, value, op: made }) => (made || name !== undefined ? null : value));
  const wording = { ...wordings[op], ...(op === "pow" ? powers[bare[1]] : {}) };
  const put = (template) => bare.reduce((text, x, i) => {
    if (x === null) return text;
    const number = long(x);
    return text.replaceAll(`{${i}}`, number.startsWith("−") && text !== `{${i}}` ? `(${number})` : number);
  }, template);
  return { ...wording, value: put(wording.value), partials: wording.partials.map(put) };
}

// The last formula of a sheet, without the name that it gives its result, and where it starts.
function lastFormula(text) {
  const { 0: piece, index } = [...text.matchAll(/[^;\n]+/g)].filter(([line]) => line.trim()).at(-1);
  const [head] = piece.match(/^\s*(?:[\p{L}\p{N}_]+\s*=)?\s*/u);
  return { formula: piece.slice(head.length).trimEnd(), formulaAt: index + head.length };
}

function graphFrom(text) {
  const { nodes: parsed, root } = parseSheet(text);
  const { order, number } = orderOf(parsed, root);
  const most = grammar.mostNodes;
  if (order.length > most) throw new Fault("fault.nodes", { count: order.length, most }, 0, text.length);
  const made = order.map((at) => parsed[at]);
  const names = nodeNames(made);
  const texts = [], known = new Map();
  const nodes = made.map(({ op, inputs, name, value, given, at, end }, index) => {
    const node = { name: names[index], short: shortened(names[index]), named: name !== undefined };
    if (!op) return { ...node, value, constant: name === undefined, adjustable: name !== undefined || at !== undefined,
      given, at, end };
    const wording = wordingOf(op, inputs.map((x) => parsed[x]));
    const key = JSON.stringify([op, wording]);
    if (!known.has(key)) known.set(key, texts.push(wording) - 1);
    return { ...node, op, inputs: inputs.map((x) => number.get(x)), text: known.get(key) };
  });
  const places = (index) => (nodes[index].inputs ?? []).map((x, position) => [index, position, x]);
  const leaves = nodes.flatMap((node, index) => (!node.op && node.named ? [index] : []));
  return {
    root: nodes.length - 1, nodes, leaves, parameters: leaves, texts,
    ...lastFormula(text),
    forward: nodes.flatMap((node, index) => (node.op ? [index] : [])),
    backward: nodes.map((_, index) => index).reverse().flatMap(places).filter(([, , x]) => !nodes[x].constant)
      .map(([index, position]) => [index, position]),
    samples: [], recorded: 0, sampleLeaves: [], network: null, layout: layOut(nodes, layouts[text]),
  };
}
