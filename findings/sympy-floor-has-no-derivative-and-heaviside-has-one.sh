#!/usr/bin/env bash
# SymPy 1.14.0: the derivative of sign and Heaviside at 1/2 is 0, that of floor, ceiling and Mod(x, 2) stays a formula.
# guess: 0 for all of them: they are flat there, but for Mod, whose slope is 1.
# seen: 0 and 0; floor, ceiling and Mod give an unevaluated Derivative, at 1/2 too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile sympy==1.14.0 mpmath==1.3.0
"$work/venv/bin/python" - <<'END'
import sympy

x = sympy.Symbol("x", real=True)
half = sympy.Rational(1, 2)
seen = [f.diff(x).subs(x, half) for f in (sympy.sign(x), sympy.Heaviside(x), sympy.floor(x), sympy.ceiling(x), sympy.Mod(x, 2))]
print(seen)
assert seen[:2] == [0, 0]
assert all(slope.has(sympy.Derivative) and not slope.doit().is_number for slope in seen[2:])
END
