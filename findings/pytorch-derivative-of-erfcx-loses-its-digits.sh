#!/usr/bin/env bash
# PyTorch 2.13.0: the derivative of special.erfcx at 1e6 has five right digits, at 1e8 it is 0.
# guess: -1 / (sqrt(pi) x^2) to some fifteen digits, as the value has them.
# seen: 2 x erfcx(x) - 2 / sqrt(pi), a difference of nearly equal numbers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import torch


def derivative(at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(torch.special.erfcx(x), x)[0].item()


error = derivative(1e6) * -math.sqrt(math.pi) * 1e12 - 1.0
seen = derivative(1e8)
print(error, seen, -1.0 / (math.sqrt(math.pi) * 1e16))
assert 1e-6 < abs(error) < 1e-3
assert abs(seen) in (0.0, 2.0**-52, 2.0**-53)
END
