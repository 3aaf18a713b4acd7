// What the page is written with: elements, numbers, names and formulas. All text reaches the document as text, never
// as markup.

const find = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Numbers and names ---------------------------------------------------------------------------------------------------

// A number for people: `digits` figures, a true minus sign.
function show(x, digits = 4) {
  if (x === null) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  let text;
  if (x === 0) text = "0";
  else if (Number.isInteger(x) && Math.abs(x) < 1e6) text = String(x);
  else if (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6) text = x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  else text = String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

const long = (x) => show(x, 6);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const name = (index) => nodes[index].name;

function kind(index) {
  const { op, constant } = nodes[index];
  return op ? rule(index).symbol : constant ? "constant" : "leaf";
}

const partialName = (of, by) => `∂${name(of)}/∂${name(by)}`;
const gradientName = (index) => partialName(graph.root, index);

// Formulas ------------------------------------------------------------------------------------------------------------

// Coloured pieces of a formula: v a value, g a gradient, l a local derivative.
const value = (x) => element("span", { class: "v", title: String(x) }, long(x));

const gradient = (x) => element("span", { class: "g", title: String(x) }, long(x));
const local = (x) => element("span", { class: "l", title: String(x) }, long(x));
const bracketed = (span) => (span.textContent.startsWith("−") ? element("span", {}, "(", span, ")") : span);

function equation(...pieces) {
  return element("p", { class: "equation" }, ...pieces);
}

// A row of a list of definitions.
function row(term, ...pieces) {
  return [element("dt", {}, term), element("dd", {}, equation(...pieces))];
}

const rule = (index) => graph.texts[nodes[index].text]; // how an operation is written

// A formula such as "1 − {out} × {out}" with names or numbers in the holes; a negative number beside a sign is put in
// parentheses.
function written(template, { inputs }, out, word) {
  const pieces = template.split(/\{(\w+)\}/);
  return pieces.map((piece, i) => {
    if (i % 2 === 0) return piece;
    const text = word(piece === "out" ? out : inputs[Number(piece)]);
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    const alone = (pieces.length === 3 && before === "" && after === "") || (/[(,] ?$/.test(before) && /^[,)]/.test(after));
    return text.startsWith("−") && !alone ? `(${text})` : text;
  }).join("");
}

const inNames = (template, index) => written(template, nodes[index], index, name);
const inNumbers = (template, index, { values } = run) => written(template, nodes[index], index, (i) => long(values[i]));

const MOST_TERMS = 12;

// A sum of uses, with words for each; a long one is cut.
function terms(uses, words) {
  const pieces = uses.slice(0, MOST_TERMS).flatMap((use, i) => [i ? " + " : "", ...words(use)]);
  return uses.length > MOST_TERMS ? [...pieces, ` + … (${uses.length - MOST_TERMS} more)`] : pieces;
}
