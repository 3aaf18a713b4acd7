"""TensorFlow.js."""
# npm: @tensorflow/tfjs@4.22.0

import json
import subprocess
from pathlib import Path

from text import Language

NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
LANGUAGE = Language(
    {
        "add": "tf.add({0}, {1})",
        "sub": "tf.sub({0}, {1})",
        "mul": "tf.mul({0}, {1})",
        "div": "tf.div({0}, {1})",
        "neg": "tf.neg({0})",
        "abs": "tf.abs({0})",
        "relu": "tf.relu({0})",
        "leaky_relu": "tf.leakyRelu({0}, {1})",
        "maximum": "tf.maximum({0}, {1})",
        "amax": "tf.max(tf.stack([{list}]))",
        "clip": "tf.clipByValue({0}, {1}, {2})",
        "sign": "tf.sign({0})",
        "floor": "tf.floor({0})",
        "mod": "tf.mod({0}, {1})",
        "pow": "tf.pow({0}, {1})",
        "sqrt": "tf.sqrt({0})",
        "norm": "tf.norm(tf.stack([{list}]))",
        "atan2": "tf.atan2({0}, {1})",
        "where_positive": "tf.where(tf.greater({0}, 0), {1}, {2})",
        "asin": "tf.asin({0})",
        "log": "tf.log({0})",
        "logsumexp": "tf.logSumExp(tf.stack([{list}]))",
        "prod": "tf.prod(tf.stack([{list}]))",
        "std": "tf.sqrt(tf.moments(tf.stack([{list}])).variance)",
        "sigmoid": "tf.sigmoid({0})",
        "tanh": "tf.tanh({0})",
        "softplus": "tf.softplus({0})",
        "log_sigmoid": "tf.logSigmoid({0})",
        "expm1": "tf.expm1({0})",
    },
    lambda x: NUMBERS.get(str(x), repr(x)),
)
BITS = 32
KINDS = ("value", "gradient", "second", "value32", "gradient32")
PROGRAM = """
const tf = require("@tensorflow/tfjs");
const out = (x) => [...x.dataSync()].map(String);
async function main() {
  await tf.setBackend("cpu");
  for (const job of JSON.parse(require("fs").readFileSync("jobs.json", "utf8"))) {
    try {
      const names = job.at.map((_, i) => "x" + i);
      const f = eval("(" + names.join(", ") + ") => " + job.code);
      const xs = eval("[" + job.at.join(", ") + "]").map((x) => tf.scalar(x));
      let found;
      if (job.kind === "value") found = out(f(...xs));
      else if (job.kind === "gradient") found = tf.grads(f)(xs).flatMap(out);
      else found = out(tf.grad(tf.grad(f))(xs[0]));
      console.log(JSON.stringify(found));
    } catch (error) {
      console.log(JSON.stringify("error"));
    }
  }
}
main();
"""


def batch(jobs):
    listed = [{"kind": job.kind, "code": job.code, "at": [LANGUAGE.number(x) for x in job.at]} for job in jobs]
    Path("jobs.json").write_text(json.dumps(listed), encoding="utf-8")
    Path("ask.cjs").write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(["node", "ask.cjs"], capture_output=True, text=True, timeout=300)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("[", '"'))]
    assert len(found) == len(jobs), done.stderr
    return [x if isinstance(x, str) else [float(word) for word in x] for x in found]
