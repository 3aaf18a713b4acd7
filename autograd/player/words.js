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

function button(words, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", press);
  return made;
}

// Numbers and names ---------------------------------------------------------------------------------------------------

// A number for people: `digits` figures, a true minus sign.
function show(x, digits = 4) {
  if (x === null) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  let text;
  if (size === 0) text = "0";
  else if (Number.isInteger(x) && size < 1e6) text = String(x);
  else if (size >= 1e-4 && size < 1e6) text = String(Number(x.toPrecision(digits)));
  else text = x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return text.replaceAll("-", "−");
}

const long = (x) => show(x, 6);
const name = (index) => nodes[index].name;
const partialName = (of, by, mark = "") => `∂${name(of)}/∂${name(by)}${mark}`;
const gradientName = (index) => partialName(graph.root, index);

// The mark of an operand where ∂node/∂input would not say which derivative is meant: the node has the input more than
// once, or it is the root and the input has other ways to it.
function operand({ node, position, input, uses }) {
  const times = nodes[node].inputs.filter((index) => index === input).length;
  return times > 1 || (node === graph.root && uses > 1) ? `₍${"₀₁₂₃"[position + 1]}₎` : "";
}

const localName = (use) => partialName(use.node, use.input, operand(use));

// Formulas ------------------------------------------------------------------------------------------------------------

// Coloured pieces of a formula: v a value, g a gradient, l a local derivative; all digits under the pointer.
const coloured = (kindOf, text, attributes = {}) => element("span", { class: kindOf, ...attributes }, text);
const value = (x) => coloured("v", long(x), { title: x });
const gradient = (x) => coloured("g", long(x), { title: x });
const local = (x) => coloured("l", long(x), { title: x });

// A number as a factor or a term: a negative one is put in parentheses.
const bracketed = (span) => (span.textContent.startsWith("−") ? element("span", {}, "(", span, ")") : span);

const newLine = () => element("br");
const equation = (...pieces) => element("p", { class: "equation" }, ...pieces);
const note = (...pieces) => element("p", { class: "note" }, ...pieces);

// A row of a list of definitions.
const row = (term, ...pieces) => [element("dt", {}, term), element("dd", {}, equation(...pieces))];

const rule = (index) => graph.texts[nodes[index].text]; // how an operation is written

// A formula such as "1 − {out} × {out}" with names or numbers in the holes. What would run into its neighbours is put
// in parentheses: a negative number beside a sign, and before an exponent all but a plain name or number.
function written(template, { inputs }, out, word) {
  const pieces = template.split(/\{(\w+)\}/);
  return pieces.map((piece, i) => {
    if (i % 2 === 0) return piece;
    const text = word(piece === "out" ? out : inputs[Number(piece)]);
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    const alone = /(^|[(,=<≤] ?|if |else )$/.test(before) && /^($|[,)]| [=<≤]| if | else )/.test(after);
    const raised = /^[⁻⁰¹²³⁴⁵⁶⁷⁸⁹^]/.test(after) && !/^[\p{L}\p{Nd}_.]+$/u.test(text);
    return raised || (text.startsWith("−") && !alone) ? `(${text})` : text;
  }).join("");
}

const inNames = (template, index) => written(template, nodes[index], index, name);
const inNumbers = (template, index, { values } = run) => written(template, nodes[index], index, (i) => long(values[i]));

const MOST_TERMS = 12;

// A sum of uses, with words for each; a long one is cut.
function terms(uses, words) {
  const pieces = uses.slice(0, MOST_TERMS).flatMap((use, i) => [i ? " + " : "", ...words(use)]);
  return uses.length > MOST_TERMS ? [...pieces, ` + ${say("more", { count: uses.length - MOST_TERMS })}`] : pieces;
}

// Random numbers from 0 to 1, the same ones for the same seed (mulberry32).
function randomFrom(seed) {
  let bits = seed * 0x9e3779b9;
  return () => {
    bits = (bits + 0x6d2b79f5) | 0;
    let mixed = Math.imul(bits ^ (bits >>> 15), 1 | bits);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
