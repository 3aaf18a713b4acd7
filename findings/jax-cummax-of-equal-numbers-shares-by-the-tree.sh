#!/usr/bin/env bash
# JAX 0.10.2: the sum of cummax over three equal numbers has the gradient 1.75, 0.75, 0.5.
# guess: 1, 1, 1 or 3, 0, 0; or ⅓ shares: 1.83, 0.83, 0.33.
# seen: 1.75, 0.75, 0.5: ties are halved along the tree in which the scan combines them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
seen = jax.grad(lambda x: jax.lax.cummax(x).sum())(jnp.ones(3)).tolist()
print(seen)
assert seen == [1.75, 0.75, 0.5]
END
