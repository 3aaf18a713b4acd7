#!/usr/bin/env bash
# PyTorch 2.13.0: the derivative of ctc_loss by a log-probability is not that of its value, but of the value after log_softmax.
# guess: -0.71, the difference quotient.
# seen: -0.38, which is the softmax probability less.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch
from torch.nn.functional import ctc_loss

numbers = torch.tensor([[[0.1, 0.2, 0.3]], [[0.3, 0.1, 0.5]]], dtype=torch.float64)
inputs = torch.log_softmax(numbers, -1).requires_grad_()


def loss(x):
    return ctc_loss(x, torch.tensor([[1]]), (2,), (1,), reduction="sum")


(slopes,) = torch.autograd.grad(loss(inputs), inputs)
step = torch.zeros_like(inputs)
step[0, 0, 1] = 1e-6
with torch.no_grad():
    quotient = (loss(inputs + step) - loss(inputs - step)) / 2e-6
slope, probability = slopes[0, 0, 1], inputs[0, 0, 1].exp()
print(slope.item(), quotient.item(), probability.item())
assert abs(slope - (quotient + probability)) < 1e-8
assert abs(quotient + 0.7106) < 1e-3
END
