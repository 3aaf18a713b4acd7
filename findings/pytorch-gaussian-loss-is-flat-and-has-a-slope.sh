#!/usr/bin/env bash
# PyTorch 2.13.0: gaussian_nll_loss of variances below 1e-6 is one number, with the derivative -5e9 by the variance.
# guess: 0, the derivative of what is cut off.
# seen: the loss at 1e-8 and 2e-8 is equal, its derivative by the variance -4.9995e9, as if it stood at 1e-6.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch
from torch.nn.functional import gaussian_nll_loss


def loss(variance):
    return gaussian_nll_loss(*torch.tensor([[0.1], [0.0]], dtype=torch.float64), variance)


variances = [torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in (1e-8, 2e-8, 1e-6)]
losses = [loss(v).item() for v in variances]
slopes = [torch.autograd.grad(loss(v), v)[0].item() for v in variances]
print(losses, slopes)
assert losses[0] == losses[1]
assert slopes[0] == slopes[1] == slopes[2] < -4.9e9
END
