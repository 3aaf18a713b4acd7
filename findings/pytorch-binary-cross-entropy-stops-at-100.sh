#!/usr/bin/env bash
# PyTorch 2.13.0: binary_cross_entropy of the double 1e-60 for a target 1 is 100, not 138, and its derivative -1e12.
# guess: 138.155 with -1e60; or, cut off, 100 with 0.
# seen: 100.0 with -1e12.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import torch
from torch.nn.functional import binary_cross_entropy

p = torch.tensor(1e-60, dtype=torch.float64, requires_grad=True)
loss = binary_cross_entropy(p, torch.ones((), dtype=torch.float64))
(slope,) = torch.autograd.grad(loss, p)
print(loss.item(), slope.item(), -math.log(1e-60))
assert loss.item() == 100.0
assert abs(slope.item() / -1e12 - 1) < 1e-6
END
