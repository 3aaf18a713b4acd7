#!/usr/bin/env bash
# SymPy 1.14.0: Mod(x, 3) is 2 at -1, and so is the JavaScript written for it; the C is fmod, -1.
# guess: C that floors, as the code for JavaScript, Julia and Rust does.
# seen: fmod(x, 3).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile sympy==1.14.0
"$work/venv/bin/python" - <<'END'
import math

from sympy import Mod, ccode, jscode, symbols

x = symbols("x", real=True)
print(Mod(x, 3).subs(x, -1), jscode(Mod(x, 3)), ccode(Mod(x, 3)), math.fmod(-1, 3))
assert Mod(x, 3).subs(x, -1) == 2
assert jscode(Mod(x, 3)) == "((x % 3) + 3) % 3"
assert ccode(Mod(x, 3)) == "fmod(x, 3)"
assert math.fmod(-1, 3) == -1  # Python's is C's
END
