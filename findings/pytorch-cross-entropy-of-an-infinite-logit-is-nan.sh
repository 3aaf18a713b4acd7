#!/usr/bin/env bash
# PyTorch 2.13.0: the loss of a logit inf for a target 1 is nan, with the gradient 0.
# guess: 0 and 0: a sure and right answer costs nothing.
# seen: nan and 0, because (1 - y) z is 0 times inf.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import torch

z = torch.tensor(float("inf"), dtype=torch.float64, requires_grad=True)
y = torch.tensor(1.0, dtype=torch.float64)
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
(slope,) = torch.autograd.grad(loss, z)
print(loss.item(), slope.item())
assert math.isnan(loss.item()) and slope.item() == 0.0
END
