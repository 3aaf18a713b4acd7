#!/usr/bin/env bash
# JAX 0.10.2: at their upper ends clip has the derivative 1/2, nn.relu6 has 0 and nn.hard_tanh has 1.
# guess: 1/2 for all three, as each is a clip.
# seen: clip(x, 0, 6) at 6 has 0.5, relu6 at 6 has 0, hard_tanh at 1 has 1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
clip, relu6, hard_tanh = (
    float(jax.grad(f)(at))
    for f, at in ((lambda x: jnp.clip(x, 0.0, 6.0), 6.0), (jax.nn.relu6, 6.0), (jax.nn.hard_tanh, 1.0))
)
print(clip, relu6, hard_tanh)
assert (clip, relu6, hard_tanh) == (0.5, 0.0, 1.0)
END
