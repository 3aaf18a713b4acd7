#!/usr/bin/env bash
# JAX 0.10.2: the Bessel function i0, even and smooth, has the derivative 1 at 0, its minimum.
# guess: 0, that of the derivative I1 at 0.
# seen: 1.0 at 0, and right beside it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
from jax.scipy.special import i0, i1

jax.config.update("jax_enable_x64", True)
slope = jax.grad(i0)
print(float(slope(0.0)), float(slope(1e-9)), float(slope(-1e-9)), float(i1(0.0)))
assert slope(0.0) == 1.0
assert abs(slope(1e-9)) < 1e-8 > abs(slope(-1e-9))
assert i1(0.0) == 0.0
END
