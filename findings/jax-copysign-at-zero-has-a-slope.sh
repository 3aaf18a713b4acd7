#!/usr/bin/env bash
# JAX 0.10.2: copysign(x, -1) has the derivative -1 at 0.
# guess: 0, the middle, as the function is -abs(x); PyTorch gives 0.
# seen: -1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
seen = float(jax.grad(lambda x: jnp.copysign(x, -1.0))(0.0))
print(seen)
assert seen == -1.0
END
