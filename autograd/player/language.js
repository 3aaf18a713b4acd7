// The words of the page in the language that is chosen. `languages` has a table of sentences for each: {en: {…}, zh: {…}};
// a hole such as {name} in a sentence is filled by whoever says it. In the page they are columns, the keys one of them.

const { keys: sentenceKeys, ...columns } = JSON.parse(document.getElementById("languages").textContent);
const languages = Object.fromEntries(Object.entries(columns).map(([code, column]) =>
  [code, Object.fromEntries(sentenceKeys.map((key, i) => [key, column[i] ?? undefined]))]));
let language = "en";

function say(key, holes = {}) {
  return languages[language][key].replace(/\{(\w+)\}/g, (hole, name) => holes[name] ?? hole);
}

// The sentence for a count of things, which is another one for a single thing where a language has one.
function counted(key, count, holes = {}) {
  const one = `${key}.one`;
  return say(count === 1 && languages[language][one] !== undefined ? one : key, { count, ...holes });
}

// A sentence whose holes are elements: the pieces of it, for an element to hold.
function phrase(key, holes) {
  return languages[language][key].split(/(\{\w+\})/).filter(Boolean).map((piece) => holes[piece.slice(1, -1)] ?? piece);
}

// What an operation does at its edges: the table of operations says it in English.
function edgeWords(text) {
  return text.split("; ").map((one) => languages[language][`edge.${one}`] ?? one).join(say("edges.joined"));
}

// Say everything that stands in the page from the start, and tell the page what its language is.
function setLanguage(code) {
  language = languages[code] ? code : "en";
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const part of document.querySelectorAll("[data-say]")) part.textContent = say(part.dataset.say);
  for (const part of document.querySelectorAll("[data-label]")) part.setAttribute("aria-label", say(part.dataset.label));
  for (const part of document.querySelectorAll("[data-title]")) part.title = say(part.dataset.title);
}

// The language that was asked for, else the first of the reader's that there is a table for.
function preferredLanguage(asked) {
  const known = [asked, ...(navigator.languages ?? [])].map((tag) => String(tag ?? "").toLowerCase().split("-")[0]);
  return known.find((tag) => languages[tag]) ?? "en";
}
