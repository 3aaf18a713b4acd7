#!/usr/bin/env bash
# Flax 0.12.8: LayerNorm of (10000, 10001) in 32 bits is -500, 500.
# guess: -1 and 1, as PyTorch and NumPy: that is what the layer is for.
# seen: -500 and 500: the variance is the mean of the squares less the square of the mean, which is 0 here.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile flax==0.12.8 \
    jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import flax.linen as nn
import jax.numpy as jnp
import numpy as np

x = jnp.array([10000.0, 10001.0], dtype=jnp.float32)
given = {"params": {"scale": jnp.ones(2), "bias": jnp.zeros(2)}}
seen, slow = (nn.LayerNorm(use_fast_variance=fast).apply(given, x).tolist() for fast in (True, False))
print(seen, slow, np.asarray(x).var())
assert nn.LayerNorm().use_fast_variance
assert abs(seen[1]) > 100.0
assert abs(slow[1] - 1.0) < 1e-3
END
