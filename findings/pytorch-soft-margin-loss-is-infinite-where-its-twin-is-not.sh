#!/usr/bin/env bash
# PyTorch 2.13.0: soft_margin_loss of -1000 for a target 1 is inf with the derivative nan; softplus has 1000.
# guess: 1000 and -1, as softplus(-x) and binary_cross_entropy_with_logits, the same function.
# seen: inf and nan: the exponential is computed as it is written.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
one = torch.ones(())


def both(f):
    x = torch.tensor(-1000.0, requires_grad=True)
    y = f(x)
    return [y.item(), torch.autograd.grad(y, x)[0].item()]


margin = both(lambda x: F.soft_margin_loss(x, one))
twin = both(lambda x: F.binary_cross_entropy_with_logits(x, one))
print(margin, twin)
assert margin[0] == float("inf") and margin[1] != margin[1]
assert twin == [1000.0, -1.0]
END
