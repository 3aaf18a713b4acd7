// Where the nodes of a typed graph stand: the DOT that autograd/draw/layout.py writes, with boxes of the same sizes, laid
// out by the same WebAssembly. `metrics` has the numbers that both share.

// About how wide a text is in a sans-serif font.
function textWidth(text, size) {
  const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
  return size * [...text].reduce((sum, c) => sum + (metrics.narrow.includes(c) ? 0.39
    : metrics.wide.includes(c) || wide.test(c) ? 0.98 : 0.66), 0);
}

const shortened = (name) => ([...name].length > metrics.longest ? `${[...name].slice(0, metrics.longest - 1).join("")}…` : name);

function boxSize({ op, named, constant, short }) {
  const lines = constant && !named ? [`  ${metrics.room}`] : [`value  ${metrics.room}`, `grad  ${metrics.room}`];
  const head = [op ? wordings[op].symbol : "", constant && !named ? "" : short].filter(Boolean).join("  ");
  const width = Math.max(textWidth(head, 12) + 8, ...lines.map((line) => textWidth(line, 10.5)));
  return [Math.max(40, width + 12), metrics.line * (lines.length + (head ? 1 : 0)) + 3];
}

// How many columns all edges cross together, where a leaf stands just before its first use.
function columnsCrossed(nodes, edges) {
  const column = [], first = [];
  nodes.forEach(({ inputs }, i) => { column[i] = Math.max(0, ...(inputs ?? []).map((x) => column[x] + 1)); });
  edges.forEach(({ tail, head }) => { first[tail] = Math.min(first[tail] ?? Infinity, column[head]); });
  nodes.forEach(({ inputs }, i) => { if (!inputs?.length && first[i] !== undefined) column[i] = first[i] - 1; });
  return edges.reduce((sum, { tail, head }) => sum + column[head] - column[tail], 0);
}

function dotOf(nodes, edges) {
  const font = 'fontname="DejaVu Sans" fontsize=9';
  const spaces = Object.entries(metrics.spaces).map(([key, x]) => `${key}=${x}`).join(" ");
  const boxes = nodes.map((node, i) => {
    const [width, height] = boxSize(node).map((x) => (x / 72).toFixed(4));
    const ports = (node.inputs ?? []).map((_, port) => `<${port}> `).join("|");
    const shape = node.inputs?.length > 1 ? `label="{{${ports}}|x}" shape=record` : 'label="x" shape=box';
    return `n${i} [fixedsize=true height=${height} width=${width} ${shape}]`;
  });
  const lines = edges.map(({ tail, head, position }, i) => {
    const port = nodes[head].inputs.length > 1 ? `${position}:w` : "w";
    return `n${tail}:e -> n${head}:${port} [id=e${i} label="${nodes[tail].constant ? "" : metrics.room}"]`;
  });
  const straight = columnsCrossed(nodes, edges) > metrics.crossed ? " splines=line" : "";
  return ["digraph {", `graph [${spaces} rankdir=LR${straight}]`, `node [${font} style=rounded]`, `edge [arrowsize=0.6 ${font}]`,
    ...boxes, ...lines, "}"].join("\n");
}

const layoutsByDot = new Map(); // a number that is dragged moves no box

// Where the nodes and edges of a graph stand; `known` is what Python found, for a sheet that the page was made with.
function layOut(nodes, known) {
  const edges = nodes.flatMap((node, head) => (node.inputs ?? []).map((tail, position) => ({ tail, head, position })));
  const dot = dotOf(nodes, edges);
  if (!layoutsByDot.has(dot)) layoutsByDot.set(dot, known ?? placesIn(JSON.parse(graphviz(dot, "json0")), nodes, edges));
  return layoutsByDot.get(dot);
}

function placesIn(drawn, nodes, edges) {
  const numbers = (text) => text.split(",").map(Number);
  const [left, bottom, right, top] = numbers(drawn.bb);
  const scaled = (x) => Number((metrics.scale * x).toFixed(1));
  const point = (text) => {
    const [x, y] = numbers(text.replace(/^e,/, ""));
    return [scaled(x - left), scaled(top - y)];
  };
  const places = new Map(drawn.objects.map((one) => [one.name, one.pos]));
  const curves = new Map((drawn.edges ?? []).map((one) => [one.id, one]));
  const sizes = nodes.map((node) => boxSize(node).map(scaled));
  const centres = nodes.map((_, i) => point(places.get(`n${i}`)));
  return {
    size: [scaled(right - left), scaled(top - bottom)],
    nodes: nodes.map((_, i) => [...centres[i], ...sizes[i]]),
    edges: edges.map(({ tail, head, position }, i) => {
      const { pos, lp } = curves.get(`e${i}`);
      const [start, end] = [[centres[tail][0] + sizes[tail][0] / 2, centres[tail][1]],
        [centres[head][0] - sizes[head][0] / 2, centres[head][1]]];
      const parts = pos?.split(" ") ?? [];
      const tip = parts[0]?.startsWith("e,") ? point(parts.shift()) : parts.length ? point(parts.at(-1)) : end;
      const curve = parts.length ? parts.map(point) : [start, start, end]; // where Graphviz found no way, which happens
      const points = [...curve, ...(parts.length ? [curve.at(-1), tip, tip] : [end])].map((at) => at.join(" "));
      return { node: head, position, path: `M${points[0]}C${points.slice(1).join(" ")}`, label: lp ? point(lp) : null };
    }),
  };
}
