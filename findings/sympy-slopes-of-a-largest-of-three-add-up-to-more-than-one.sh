#!/usr/bin/env bash
# SymPy 1.14.0: the derivatives of Max(x, y, z) at three equal numbers are ½ each.
# guess: ⅓ each, or 0 for some; in any case 1 together.
# seen: ½ each, 3/2 together: each is Heaviside of the distance from the largest of the others.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile sympy==1.14.0 mpmath==1.3.0
"$work/venv/bin/python" - <<'END'
import sympy

x = sympy.symbols("x:3", real=True)
largest = sympy.Max(*x)
seen = [largest.diff(xi).subs(dict.fromkeys(x, 1)) for xi in x]
print(seen)
assert seen == [sympy.Rational(1, 2)] * 3
END
