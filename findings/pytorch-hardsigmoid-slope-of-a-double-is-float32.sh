#!/usr/bin/env bash
# PyTorch 2.13.0: the derivative of hardsigmoid in 64 bits is 1/6 rounded to 32.
# guess: 1/6 to sixteen digits, as its value and the derivative of hardswish have it.
# seen: 0.1666666716337204.
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


seen = derivative(torch.nn.functional.hardsigmoid, 0.5)
value = torch.nn.functional.hardsigmoid(torch.tensor(0.5, dtype=torch.float64)).item()
print(seen, value)
assert seen == torch.tensor(1 / 6, dtype=torch.float32).item() != 1 / 6
assert abs(value - 3.5 / 6) < 1e-15
END
