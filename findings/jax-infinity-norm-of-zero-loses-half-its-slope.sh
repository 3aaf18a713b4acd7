#!/usr/bin/env bash
# JAX 0.10.2: at (0, 0) the gradient of max(abs(x)) is 1/2, 1/2, that of linalg.norm(x, inf) 1/4, 1/4.
# guess: 1/2, 1/2 both times: the norm is the largest absolute value.
# seen: 0.25, 0.25 for the norm, which takes the maximum with a 0 as well, and that ties too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
at = jnp.zeros(2)
largest = jax.grad(lambda x: jnp.max(jnp.abs(x)))(at).tolist()
norm = jax.grad(lambda x: jnp.linalg.norm(x, jnp.inf))(at).tolist()
print(largest, norm)
assert largest == [0.5, 0.5] and norm == [0.25, 0.25]
END
