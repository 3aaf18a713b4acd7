#!/usr/bin/env bash
# Optax 0.2.8: the second step of amsgrad after gradients 1 and 0.1 is 0.0053, by the paper and PyTorch 0.0074.
# guess: PyTorch's path, 0.01 and 0.0074.
# seen: 0.0053: the largest is taken of the averages that are corrected already, and the first of these is 1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile optax==0.2.8 \
    jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)
optimizer = optax.amsgrad(0.01)
x = jnp.asarray(1.0)
state, seen = optimizer.init(x), []
for gradient in (1.0, 0.1):
    update, state = optimizer.update(jnp.asarray(gradient), state, x)
    seen.append(float(update))
mean, square = (0.9 * 0.1 + 0.1 * 0.1) / (1 - 0.9**2), 0.999 * 0.001 + 0.001 * 0.01
paper = -0.01 * mean / (max(0.001, square) / (1 - 0.999**2)) ** 0.5
print(seen, paper)
assert abs(seen[0] + 0.01) < 1e-8
assert abs(seen[1] + 0.01 * mean) < 1e-8 and abs(paper + 0.0074) < 1e-4
END
