// What stands in the page compressed, as text: four bytes in five letters, as Python's base64.b85encode has them but for
// the letters that are marks in HTML.

// The data of an element, as a stream.
function unpacked(id) {
  return new Blob([bytesFrom85(find(id).textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
}

const LETTERS_85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=:?@^_`{|}~";

function bytesFrom85(text) {
  const digits = new Uint8Array(128);
  [...LETTERS_85].forEach((letter, digit) => { digits[letter.charCodeAt(0)] = digit; });
  const missing = (5 - (text.length % 5)) % 5; // of the last five letters
  const padded = text + "~".repeat(missing);
  const view = new DataView(new ArrayBuffer((padded.length / 5) * 4));
  for (let at = 0; at < padded.length; at += 5) {
    let word = 0;
    for (let i = at; i < at + 5; i += 1) word = word * 85 + digits[padded.charCodeAt(i)];
    view.setUint32((at / 5) * 4, word);
  }
  return new Uint8Array(view.buffer, 0, view.byteLength - missing);
}
