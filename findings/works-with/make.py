"""Write what this product gives to others into a folder: `python make.py FOLDER`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nn
from autograd import OPERATIONS, Value, tanh
from autograd.draw import draw
from autograd.explain import explain, explain_residuals
from autograd.files import save_graph
from autograd.interop import to_sympy
from autograd.player import play
from autograd.symbolic import SYMBOLS, combine, symbol, to_latex
from nn.draw import draw_network

ROOT = Path(__file__).parent.parent.parent


def main(folder: Path) -> None:
    """Write pictures, pages, formulas, a notebook, graphs and a model."""
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
    J = tanh(w * x + b)
    J.label = "J"
    J.backward()
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    passed = model.forward([1.0, -2.0])
    cost = nn.squared_error(passed.output, [0.5])
    cost.backward()
    for name, picture in (("neuron", draw(J)), ("network", draw_network(cost, show="grad"))):
        for ending in ("svg", "png", "pdf", "dot")[: 4 if name == "neuron" else 3]:
            picture.save(folder / f"{name}.{ending}")
    play(J).save(folder / "lesson.html")
    save_graph(J, folder / "graph.json")
    nn.save_model(model, folder / "model.json")
    (folder / "sympy.txt").write_text(str(to_sympy(J)), encoding="utf-8")
    listed = json.dumps(formulas(J, cost, passed), ensure_ascii=False)
    (folder / "formulas.json").write_text(listed, encoding="utf-8")
    shutil.copy(ROOT / "notebooks" / "2-chain-rule.ipynb", folder / "notebook.ipynb")
    for name in ("neuron", "network"):
        page = f'<body style="margin:0;background:white"><img src="{name}.svg">'
        (folder / f"{name}.img.html").write_text(page, encoding="utf-8")
        shot = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1200,900"]
        shot += [f"--screenshot={folder / name}.chromium.png", (folder / f"{name}.img.html").as_uri()]
        subprocess.run(shot, check=True, capture_output=True, timeout=120)


def formulas(J: Value, cost: Value, passed: nn.ForwardPass) -> list[str]:
    """Return every kind of formula that is emitted: operations, their derivatives, tables of steps, residuals."""
    found = []
    for row in OPERATIONS.values():
        inputs = [symbol(name) for name in "xyz"[: row.arity]]
        found.append(to_latex(combine(row.name, *inputs)))
        found += [to_latex(rule(SYMBOLS, *inputs, symbol("a"))) for rule in row.formulas]
    for shown in (explain(J), explain(J, J), explain_residuals(cost, passed)):
        found += [part.strip() for part in shown._repr_latex_().split("$$")[1::2]]
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
