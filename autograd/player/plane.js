// The plane of two inputs: what the network's first output says of each place, and the samples on it.
const FINE = 28; // squares along a side

function planeInputs() {
  if (!network || graph.samples.length < 2) return null;
  const inputs = layerOf(layerNumbers()[0]).map((unit) => unit.a);
  return inputs.length === 2 && inputs.every((index) => graph.sampleLeaves.includes(index)) ? inputs : null;
}

function drawPlane() {
  const inputs = planeInputs();
  if (!inputs) return;
  find("plane").hidden = false;
  const columns = inputs.map((index) => graph.samples.map((sample) => Number(sample[graph.sampleLeaves.indexOf(index)])));
  const ranges = columns.map((numbers) => {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const room = 0.2 * (high - low || 1);
    return [low - room, high + room];
  });
  const output = layerOf(layerNumbers().at(-1))[0].a;
  const target = graph.sampleLeaves.findIndex((index) => !inputs.includes(index));
  const targets = graph.samples.map((sample) => (target < 0 ? 0 : Number(sample[target])));
  const middle = (Math.min(...targets) + Math.max(...targets)) / 2;
  const canvas = find("plane-canvas");
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const [over, under, ink] = ["--positive", "--negative", "--text"].map((name) => style.getPropertyValue(name));
  const size = canvas.width / FINE;
  const values = [...state.leafValues];
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < FINE; i += 1) {
    for (let j = 0; j < FINE; j += 1) {
      [i, FINE - 1 - j].forEach((at, k) => {
        values[inputs[k]] = ranges[k][0] + ((at + 0.5) / FINE) * (ranges[k][1] - ranges[k][0]);
      });
      const distance = forwardPass(graph, values)[output] - middle;
      pen.fillStyle = distance > 0 ? over : under;
      pen.globalAlpha = Math.min(0.55, 0.08 + 0.5 * Math.abs(distance));
      pen.fillRect(i * size, j * size, size, size);
    }
  }
  pen.globalAlpha = 1;
  graph.samples.forEach((_, i) => {
    const [x, y] = columns.map((numbers, k) => (numbers[i] - ranges[k][0]) / (ranges[k][1] - ranges[k][0]));
    pen.beginPath();
    pen.arc(x * canvas.width, (1 - y) * canvas.height, i === state.sample ? 7 : 4.5, 0, 7);
    pen.fillStyle = targets[i] > middle ? over : under;
    pen.fill();
    pen.strokeStyle = ink;
    pen.stroke();
  });
  canvas.setAttribute("aria-label", say("plane", { x: name(inputs[0]), y: name(inputs[1]), output: name(output) }));
}
