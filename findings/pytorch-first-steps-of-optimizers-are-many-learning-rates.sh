#!/usr/bin/env bash
# PyTorch 2.13.0: with the rate 0.01 and a gradient of 1000 the first step of Adam is 0.01, of RMSprop 0.1, of RAdam 10.
# guess: about 0.01 for all three, which divide a gradient by its size.
# seen: RMSprop does not correct its running mean; RAdam takes the gradient as it is for five steps.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch


def first_step(optimizer):
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    w.grad = torch.tensor(1000.0, dtype=torch.float64)
    optimizer([w], lr=0.01).step()
    return -w.item()


steps = [first_step(kind) for kind in (torch.optim.Adam, torch.optim.NAdam, torch.optim.RMSprop, torch.optim.RAdam)]
print(steps)
for step, seen in zip(steps, (0.01, 0.01056, 0.1, 10.0)):
    assert abs(step / seen - 1) < 1e-3
END
