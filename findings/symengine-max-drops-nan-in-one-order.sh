#!/usr/bin/env bash
# SymEngine 0.15.0: Max(nan, 1) is nan and Max(1, nan) is 1.
# guess: nan both times, since a symbolic Max does not know an order.
# seen: nan and 1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile symengine==0.15.0
"$work/venv/bin/python" - <<'END'
import math

import symengine

x, y = symengine.symbols("x y")
seen = [float(symengine.Max(x, y).subs({x: a, y: b})) for a, b in ((math.nan, 1.0), (1.0, math.nan))]
print(seen)
assert math.isnan(seen[0]) and seen[1] == 1.0
END
