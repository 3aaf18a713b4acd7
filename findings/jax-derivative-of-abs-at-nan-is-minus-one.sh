#!/usr/bin/env bash
# JAX 0.10.2: the derivative of abs at nan is -1, a plain number.
# guess: nan, or the 1 that stands at 0.
# seen: -1: nan is not at least 0, so it counts as negative.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
seen = float(jax.grad(jnp.abs)(float("nan")))
print(seen)
assert seen == -1.0
END
