#!/usr/bin/env bash
# matplotlib 3.11.2's mathtext: \left| x \right| and \vert are drawn, \lvert x \rvert is an unknown symbol.
# guess: drawn, as in every other renderer of formulas.
# seen: ValueError: unknown symbol, with \left before it too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile matplotlib==3.11.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
from matplotlib.mathtext import MathTextParser

parser = MathTextParser("path")
parser.parse(r"$\left| x \right|$")
parser.parse(r"$\vert x \vert$")
for formula in (r"$\lvert x \rvert$", r"$\left\lvert x \right\rvert$"):
    try:
        parser.parse(formula)
    except ValueError as error:
        print("ValueError:", str(error).strip().splitlines()[-1])
    else:
        raise AssertionError(f"{formula} was drawn")
END
