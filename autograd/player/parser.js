// Formulas that a reader types, read as Python's `autograd.expressions.parse` reads them: a sheet of one or more, one to
// a line or between semicolons, over the operations of the table. A name that is not given yet is a leaf. `grammar` has
// what both readers share.

const LEVELS = [["+", "-"], ["*", "/"]]; // what binds least, then more; a sign binds more than those, ** most and to the right
const SIGNS = { "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow" };
const PIECE = new RegExp([
  "(?<number>0[xX](?:_?[\\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    + "|(?:\\d(?:_?\\d)*\\.?(?:\\d(?:_?\\d)*)?|\\.\\d(?:_?\\d)*)(?:[eE][+-]?\\d(?:_?\\d)*)?)",
  "(?<name>[\\p{XID_Start}_][\\p{XID_Continue}]*)",
  "(?<sign>\\*\\*|[-+*/(),;\\n]|=(?!=))",
  "(?<space> +)",
  "(?<bad>[^])",
].join("|"), "gu");

// What is wrong with a sheet, and the characters of it that are.
class Fault extends Error {
  constructor(key, holes, at, end = at + 1) {
    super(key);
    Object.assign(this, { key, holes, at, end });
  }
}

function piecesOf(text) {
  if (text.length > grammar.longest) throw new Fault("fault.long", { most: grammar.longest }, grammar.longest, text.length);
  const pieces = [];
  for (const { 0: found, groups, index } of text.matchAll(PIECE)) {
    const kind = Object.keys(groups).find((key) => groups[key] !== undefined);
    if (kind === "bad") {
      const write = grammar.written[found];
      throw new Fault(write ? "fault.write" : "fault.sign", { piece: found, write }, index, index + found.length);
    }
    const name = kind === "name" ? found.normalize("NFKC") : found;
    if (kind === "name" && grammar.keywords.includes(name)) throw new Fault("fault.keyword", { piece: found }, index, index + found.length);
    if (kind !== "space") pieces.push({ kind, text: name, at: index, end: index + found.length });
  }
  return [...pieces, { kind: "end", text: "", at: text.trimEnd().length, end: text.length }];
}

function numberOf({ text, at, end }) {
  const digits = text.replaceAll("_", "");
  const x = Number(digits);
  if (/^0\d+$/.test(digits) && x !== 0) throw new Fault("fault.zeros", { piece: text }, at, end);
  if (!Number.isFinite(x)) throw new Fault("fault.large", { piece: text }, at, end);
  return x;
}

// Return {nodes, root}: nodes are {op, inputs} or {value} with their name if they have one; a number that stands alone
// has its place {at, end} in the text. Raises a Fault.
function parseSheet(text) {
  const pieces = piecesOf(text);
  const nodes = [], known = new Map();
  let place = 0;
  const here = () => pieces[place];
  const take = (...signs) => (here().kind === "sign" && signs.includes(here().text) ? pieces[place++] : null);
  const add = (node) => nodes.push(node) - 1;
  const isNumber = (index) => !nodes[index].op && nodes[index].name === undefined;
  const shown = (piece) => (piece.text === "" || piece.text === "\n" || piece.text === ";" ? say("workbench.fault.end") : piece.text);

  // Numbers alone make a number, as they do in Python.
  function apply(op, inputs, at, end) {
    if (!inputs.every(isNumber)) return add({ op, inputs });
    const value = operations[op].value(...inputs.map((index) => nodes[index].value));
    if (!Number.isFinite(value)) throw new Fault("fault.value", { value: show(value) }, at, end);
    return add({ value });
  }
  function infix(level) {
    if (level === LEVELS.length) return signed();
    const { at } = here();
    let left = infix(level + 1);
    for (let sign; (sign = take(...LEVELS[level]));) left = apply(SIGNS[sign.text], [left, infix(level + 1)], at, pieces[place - 1].end);
    return left;
  }
  function signed() {
    const sign = take("+", "-");
    if (!sign) return power();
    const operand = signed();
    return sign.text === "-" ? apply("neg", [operand], sign.at, pieces[place - 1].end) : operand;
  }
  function power() {
    const { at } = here();
    const base = atom();
    return take("**") ? apply("pow", [base, signed()], at, pieces[place - 1].end) : base;
  }
  function atom() {
    const piece = here();
    const called = functionAhead();
    if (called) return call(called);
    if (take("(")) {
      const inner = infix(0);
      if (!take(")")) throw new Fault("fault.open", { piece: shown(here()) }, piece.at);
      return inner;
    }
    if (piece.kind === "number") {
      place += 1;
      return add({ value: numberOf(piece), at: piece.at, end: piece.end });
    }
    if (piece.kind !== "name") throw missing(piece);
    place += 1;
    if (known.has(piece.text)) return known.get(piece.text);
    if (functions[piece.text]) throw new Fault("fault.call", { piece: piece.text }, piece.at, piece.end);
    if (piece.text in grammar.constants) return add({ value: grammar.constants[piece.text] });
    known.set(piece.text, add({ name: piece.text, value: 1 }));
    return known.get(piece.text);
  }
  function missing(piece) {
    const before = pieces[place - 1];
    const starts = !before || before.text === "\n" || before.text === ";";
    return new Fault(starts ? "fault.before" : "fault.after", { piece: shown(starts ? piece : before) }, piece.at, piece.end);
  }
  // The name of a function that is called here, which may stand in parentheses of its own.
  function functionAhead() {
    let at = place;
    while (pieces[at].text === "(") at += 1;
    const [open, name] = [at - place, pieces[at]];
    for (let i = 0; i < open; i += 1) if (pieces[at + 1 + i]?.text !== ")") return null;
    if (name.kind !== "name" || pieces[at + 1 + open]?.text !== "(" || (known.has(name.text) && !functions[name.text])) return null;
    place = at + 1 + open;
    return name;
  }
  function call(name) {
    const row = functions[name.text];
    if (!row) {
      const close = closest(name.text, Object.keys(functions));
      throw new Fault(close.length ? "fault.close" : "fault.operation", { piece: name.text, close: close.join(", ") }, name.at, name.end);
    }
    const inputs = [];
    const open = take("(");
    while (!take(")")) {
      if (inputs.length && !take(",")) throw new Fault("fault.open", { piece: shown(here()) }, open.at);
      if (inputs.length && take(")")) break; // a comma after the last one is allowed
      inputs.push(infix(0));
    }
    const fewest = row.arity - row.defaults.length;
    const { end } = pieces[place - 1];
    if (inputs.length < fewest || inputs.length > row.arity) {
      const accepted = fewest === row.arity ? fewest : `${fewest}–${row.arity}`;
      throw new Fault("fault.inputs", { piece: name.text, count: inputs.length, accepted }, name.at, end);
    }
    const rest = row.defaults.slice(row.defaults.length - (row.arity - inputs.length));
    const given = row.arity > inputs.length ? [...inputs, ...rest.map((value) => add({ value }))] : inputs;
    return apply(row.op, given, name.at, end);
  }
  // The name that a formula gives its result, null if it gives none.
  function assigned() {
    const [name, equals] = pieces.slice(place, place + 2);
    if (name.kind !== "name" || equals?.text !== "=") return null;
    place += 2;
    if (functions[name.text]) throw new Fault("fault.taken", { piece: name.text }, name.at, name.end);
    if (known.has(name.text)) throw new Fault("fault.twice", { piece: name.text }, name.at, name.end);
    return name;
  }
  const begun = []; // the formulas, by their first pieces
  function formula() {
    const first = here();
    const name = assigned();
    begun.push({ name, first });
    const root = infix(0);
    const [before, piece] = [pieces[place - 1], here()];
    if (piece.kind !== "end" && !take(";", "\n")) {
      if (piece.text === ")") throw new Fault("fault.closed", {}, piece.at);
      if (piece.text === ",") throw new Fault("fault.comma", {}, piece.at);
      throw new Fault("fault.follows", { piece: shown(piece), before: shown(before) }, piece.at, piece.end);
    }
    if (!name) return root;
    if (known.has(name.text)) throw new Fault("fault.twice", { piece: name.text }, name.at, name.end);
    if (isNumber(root)) { // w = -3 makes a leaf
      const leaf = add({ name: name.text, value: nodes[root].value, given: true });
      known.set(name.text, leaf);
      return leaf;
    }
    nodes[root].name ??= name.text;
    known.set(name.text, root);
    return root;
  }

  let root = null;
  while (here().kind !== "end") if (!take(";", "\n")) root = formula();
  if (root === null) throw new Fault("fault.empty", {}, 0);
  const idle = begun.slice(0, -1).find(({ name }) => !name);
  if (idle) throw new Fault("fault.idle", {}, idle.first.at, idle.first.end);
  if (isNumber(root)) throw new Fault("fault.numbers", {}, 0, text.length);
  return { nodes, root };
}

// The known names that are at most two edits away, the nearest first; two letters that changed places are one edit.
function closest(name, known) {
  const distance = (a, b) => {
    const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i += 1) {
      rows.push([i]);
      for (let j = 1; j <= b.length; j += 1) {
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
        rows[i].push(Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]), swapped));
      }
    }
    return rows[a.length][b.length];
  };
  return known.map((one) => [distance(name, one), one]).filter(([far, one]) => far <= Math.min(2, one.length / 2))
    .sort((x, y) => x[0] - y[0]).slice(0, 2).map(([, one]) => one);
}
