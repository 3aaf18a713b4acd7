"""Pythons."""
# npm: pyodide@314.0.7

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from line import line

ROOT = Path(__file__).parents[3]
PROGRAM = """
const { loadPyodide } = require("pyodide");
const fs = require("fs");
const path = require("path");
async function main() {
  const python = await loadPyodide();
  const copy = (from, to) => {
    python.FS.mkdirTree(to);
    for (const name of fs.readdirSync(from)) {
      const source = path.join(from, name);
      if (fs.statSync(source).isDirectory()) copy(source, to + "/" + name);
      else if (/[.](py|json)$/.test(name)) python.FS.writeFile(to + "/" + name, fs.readFileSync(source));
    }
  };
  copy("ROOT/autograd", "/product/autograd");
  console.log(JSON.stringify(python.runPython(CODE).toJs()));
}
main();
"""
CODE = """
import sys, math
sys.path.insert(0, "/product")
from autograd import OPERATIONS, Value, tanh
from autograd.explain import explain
from autograd.transform import grad, hessian
w, x = Value(-3.0, label="w"), Value(2.0, label="x")
J = tanh(w * x + 6.88)
J.backward()
explain(J)
points = [0.001 * k - 1.0 for k in range(2000)]
[sys.version.split()[0], J.data, w.grad, grad(tanh)(0.5), "".join(f"{math.tanh(x):.17g} " for x in points)]
"""


def here():
    import math

    points = [0.001 * k - 1.0 for k in range(2000)]
    return [f"{math.tanh(x):.17g}" for x in points]


def pyodide():
    program = PROGRAM.replace("ROOT", str(ROOT)).replace("CODE", json.dumps(CODE))
    Path("run.cjs").write_text(program, encoding="utf-8")
    done = subprocess.run(["node", "run.cjs"], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    version, value, slope, _, listed = json.loads(done.stdout.splitlines()[-1])
    differing = sum(a != b for a, b in zip(listed.split(), here(), strict=True))
    numbers = f"J = {value:.17g}, ∂J/∂w = {slope:.17g}"
    return f"Python {version}: {numbers}; its tanh differs from here in {differing} of 2,000 points"


def cpython():
    command = [sys.executable, "-c", "import autograd, sys; print('numpy' in sys.modules)"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    return "" if done.stdout.strip() == "False" else "NumPy is loaded"


def another(path):
    """Run the program of Pyodide in another Python of this machine, which has none of the packages."""
    code = CODE.replace("/product", str(ROOT)).replace("[sys.version", "answer = [sys.version")
    code += "import json\nprint(json.dumps(answer))\n"
    done = subprocess.run([path, "-W", "error", "-c", code], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    _, value, slope, _, listed = json.loads(done.stdout)
    differing = sum(a != b for a, b in zip(listed.split(), here(), strict=True))
    numbers = f"J = {value:.17g}, ∂J/∂w = {slope:.17g}"
    return f"{numbers}" + (f"; its tanh differs from here in {differing} of 2,000 points" if differing else "")


line(f"CPython {platform.python_version()}", "`import autograd` alone", cpython)
for minor in (12, 13, 14):
    if path := shutil.which(f"python3.{minor}"):
        told = subprocess.run([path, "-V"], capture_output=True, text=True)
        if told.returncode == 0:  # not a name that a version manager puts on the path
            how = "a graph, its backward pass, its explanation and grad; warnings are errors; no NumPy"
            line(f"C{told.stdout.strip()}", how, lambda path=path: another(path))
line("Pyodide 314.0.7 in Node", "a graph, its backward pass, its explanation and grad; no NumPy", pyodide)
