#!/usr/bin/env bash
# SymPy 1.14.0's parse_latex by lark: x^23 is read as the 23rd power, where TeX sets the square of x and a 3.
# guess: 3 x², since an exponent without braces is one figure, as for \frac12, which it reads so.
# seen: x**23.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile sympy==1.14.0 lark==1.3.1
"$work/venv/bin/python" - <<'END'
from sympy.parsing.latex import parse_latex

read = [str(parse_latex(formula, backend="lark")) for formula in ("x^23", r"\frac12 x")]
print(read)
assert read[0] == "x**23"
assert read[1] == "x/2"
END
