#!/usr/bin/env bash
# Keras 3.15.1: gelu(1) is 0.8413 in activations and 0.8412 in ops; leaky_relu(-1) is -0.2 by name and -0.3 as a layer.
# guess: one function under one name: the exact gelu, and one slope.
# seen: ops takes the tanh formula unless it is told; the layer LeakyReLU has another slope than the activation.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile keras==3.15.1 \
    jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax "$work/venv/bin/python" - <<'END'
import numpy as np
from keras import activations, layers, ops

gelu = [round(float(f(np.float64(1.0))), 6) for f in (activations.gelu, ops.gelu)]
leaky = [round(float(np.ravel(f(np.array([-1.0])))[0]), 6) for f in (activations.get("leaky_relu"), layers.LeakyReLU())]
print(gelu, leaky)
assert gelu == [0.841345, 0.841192]
assert leaky == [-0.2, -0.3]
END
