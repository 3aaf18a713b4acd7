#!/usr/bin/env bash
# JAX 0.10.2: elu and celu with alpha 1 are one function; their second derivatives at 0 are 1 and 0.25.
# guess: the same for both.
# seen: 1 for elu, 0.25 for celu, which meets two ties of ½ each.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
seen = [float(jax.grad(jax.grad(f))(0.0)) for f in (jax.nn.elu, jax.nn.celu)]
print(seen)
assert seen == [1.0, 0.25]
END
