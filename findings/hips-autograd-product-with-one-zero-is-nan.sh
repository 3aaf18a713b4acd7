#!/usr/bin/env bash
# HIPS autograd 1.9.1: the gradient of a product of (0, 2, 3) is nan, 0, 0.
# guess: 6, 0, 0.
# seen: nan, 0, 0: the product is divided by each factor.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile autograd==1.9.1 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math
import warnings

import autograd
import autograd.numpy as np

warnings.simplefilter("ignore")
seen = autograd.grad(np.prod)(np.array([0.0, 2.0, 3.0])).tolist()
print(seen)
assert math.isnan(seen[0]) and seen[1:] == [0.0, 0.0]
END
