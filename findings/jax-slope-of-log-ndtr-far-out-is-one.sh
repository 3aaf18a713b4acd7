#!/usr/bin/env bash
# JAX 0.10.2: the derivative of log_ndtr at -1e10 is 1, and at -1e8 a third too small.
# guess: 1e10 and 1e8: far to the left log_ndtr(x) is -x^2/2, whose slope is -x.
# seen: 1 and 6.6e7: the slope is exp of a difference of numbers of size 5e19, whose digits are gone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
from jax.scipy.special import log_ndtr

jax.config.update("jax_enable_x64", True)
seen = [float(jax.grad(log_ndtr)(x)) for x in (-1e2, -1e8, -1e10)]
print(seen, float(log_ndtr(-1e10)))
assert abs(seen[0] - 100.01) < 1e-3
assert abs(seen[1] / 1e8 - 1.0) > 0.1
assert seen[2] == 1.0
assert abs(float(log_ndtr(-1e10)) / -5e19 - 1.0) < 1e-12
END
