#!/usr/bin/env bash
# CasADi 3.8.2: the value of logsumexp(-inf, -inf) is nan, not -inf.
# guess: -inf, as SciPy, PyTorch and JAX have it; nan for the gradient only.
# seen: nan, the value itself: the largest is taken off.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile casadi==3.8.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import casadi

x = casadi.SX.sym("x", 2)
seen = float(casadi.Function("f", [x], [casadi.logsumexp(x)])([-math.inf, -math.inf]))
print(seen)
assert math.isnan(seen)
END
