#!/usr/bin/env bash
# JAX 0.10.2: the derivative of expm1 at -40 is 0, that of exp 4.2e-18.
# guess: 4.2e-18: expm1 is there for the digits that exp(x) - 1 loses.
# seen: 0: the derivative is the value and 1, and the value is -1 there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
seen = [float(jax.grad(f)(-40.0)) for f in (jnp.expm1, jnp.exp)]
at_minus_20 = float(jax.grad(jnp.expm1)(-20.0)) / math.exp(-20.0) - 1.0
print(seen, at_minus_20)
assert seen[0] == 0.0 and abs(seen[1] / math.exp(-40.0) - 1.0) < 1e-15
assert 1e-9 < abs(at_minus_20) < 1e-7
END
