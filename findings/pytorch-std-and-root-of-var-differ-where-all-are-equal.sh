#!/usr/bin/env bash
# PyTorch 2.13.0: std(x) of equal numbers has the gradient 0, sqrt(var(x)) has nan.
# guess: nan both times, since sqrt has the slope inf at 0.
# seen: 0, 0 for std, nan, nan for the root of var.
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

std, root = derivative(torch.std, [1.0, 1.0]), derivative(lambda x: torch.sqrt(torch.var(x)), [1.0, 1.0])
print(std, root)
assert std == [0.0, 0.0] and all(map(math.isnan, root))
END
