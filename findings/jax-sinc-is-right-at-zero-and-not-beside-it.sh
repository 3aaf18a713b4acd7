#!/usr/bin/env bash
# JAX 0.10.2: the second derivative of sinc is right at 0 and, at 1e-9, positive and sixty times too large.
# guess: -3.2899 at both points, since the value at 0 is treated apart and the rest is smooth.
# seen: -3.2899 at 0; about 201 at 1e-9, where two large terms cancel.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
at_zero, beside = (float(jax.grad(jax.grad(jnp.sinc))(x)) for x in (0.0, 1e-9))
print(at_zero, beside)
assert abs(at_zero + 3.28987) < 1e-4 and beside > 100.0
END
