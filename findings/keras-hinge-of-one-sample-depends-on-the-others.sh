#!/usr/bin/env bash
# Keras 3.15.1: the hinge loss of a sample with the label 0 is 1.5 beside a label 1 and 1 beside a label -1.
# guess: one number for a sample, whatever the others are.
# seen: labels 0 become -1 where all labels of the batch are 0 or 1, and stay 0 where one is not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile keras==3.15.1 \
    jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax "$work/venv/bin/python" - <<'END'
import numpy as np
from keras.losses import hinge

outputs = np.array([[0.5], [0.5]])
seen = [float(hinge(np.array([[0.0], [other]]), outputs)[0]) for other in (1.0, -1.0)]
print(seen)
assert seen == [1.5, 1.0]
END
