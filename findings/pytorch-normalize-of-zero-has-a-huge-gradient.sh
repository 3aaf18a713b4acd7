#!/usr/bin/env bash
# PyTorch 2.13.0: normalize of a zero vector is 0 with a Jacobian of 1e12.
# guess: 0: the norm's own gradient at 0 is 0, and so is the result.
# seen: 1e12 for each component, one over the eps that keeps the division safe.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch


def derivative(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(f(x), x)[0].tolist()

seen = derivative(lambda x: torch.nn.functional.normalize(x, dim=0).sum(), [0.0, 0.0])
print(seen)
assert seen == [1e12, 1e12]
END
