#!/usr/bin/env bash
# JAX 0.10.2: the derivative of arcsinh at 1e20 in 32 bits is 0, that of log 1e-20.
# guess: 1e-20 for both, a normal number in 32 bits.
# seen: 0: 1 / sqrt(x^2 + 1), and x^2 is inf; in 64 bits the same at 1e200.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

seen = [float(jax.grad(f)(jnp.float32(1e20))) for f in (jnp.arcsinh, jnp.log)]
print(seen)
assert seen[0] == 0.0 and abs(seen[1] / 1e-20 - 1.0) < 1e-6
jax.config.update("jax_enable_x64", True)
assert float(jax.grad(jnp.arcsinh)(1e200)) == 0.0
END
