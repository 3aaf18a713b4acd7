#!/usr/bin/env bash
# uncertainties 3.2.3: the derivative of sqrt at 0 and of asin at 1 is nan.
# guess: inf, or ZeroDivisionError.
# seen: nan, so that the error of the result is nan too, without an exception.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile uncertainties==3.2.3
"$work/venv/bin/python" - <<'END'
import math

from uncertainties import ufloat, umath

x, y = ufloat(0.0, 1.0), ufloat(1.0, 1.0)
seen = umath.sqrt(x).derivatives[x], umath.asin(y).derivatives[y]
print(seen)
assert all(map(math.isnan, seen))
END
