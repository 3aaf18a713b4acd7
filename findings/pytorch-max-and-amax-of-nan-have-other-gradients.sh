#!/usr/bin/env bash
# PyTorch 2.13.0: max and amax of (nan, 1) are nan; the gradient is 1, 0 for one and nan, nan for the other.
# guess: the same gradient, since they differ at ties alone.
# seen: 1, 0 for max; nan, nan for amax, whose test for equality no nan passes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import torch


def derivative(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(f(x), x)[0].tolist()

one, other = derivative(torch.max, [float("nan"), 1.0]), derivative(torch.amax, [float("nan"), 1.0])
print(one, other)
assert one == [1.0, 0.0] and all(map(math.isnan, other))
END
