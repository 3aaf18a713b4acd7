#!/usr/bin/env bash
# numdifftools 0.11.2: Derivative(abs, method='complex') is 0 at 1.
# guess: 1, or an error, since abs has no complex derivative.
# seen: 0, without a warning: abs drops the imaginary step.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile numdifftools==0.11.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import numdifftools

seen = float(numdifftools.Derivative(abs, method="complex")(1.0)), float(numdifftools.Derivative(abs)(1.0))
print(seen)
assert seen[0] == 0.0 and abs(seen[1] - 1.0) < 1e-9
END
