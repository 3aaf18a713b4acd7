#!/usr/bin/env bash
# Optax 0.2.8: the first step of rprop is 0, whatever the gradient; it goes on with the first rate then.
# guess: a step of the rate, 0.01, as PyTorch's.
# seen: 0 and then -0.01: there is no earlier sign to agree with.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile optax==0.2.8 \
    jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax.numpy as jnp
import optax

optimizer = optax.rprop(0.01)
x = jnp.asarray(1.0)
state, seen = optimizer.init(x), []
for _ in range(3):
    update, state = optimizer.update(jnp.asarray(1.0), state, x)
    seen.append(float(update))
print(seen)
assert seen[0] == 0.0 and abs(seen[1] + 0.01) < 1e-3
END
