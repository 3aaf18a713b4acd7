#!/usr/bin/env bash
# PyTorch 2.13.0: ldexp(x, -1) of a whole exponent is x / 2 with the derivative 0, and ldexp(x, 63) has a negative one.
# guess: 2 to the exponent, 0.5, as the value has it.
# seen: 0 for -1, -9.2e18 for 63, 0 for 64; exponents that are floats have the right ones.
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


seen = [derivative(lambda x: torch.ldexp(x, torch.tensor(k)), 1.0) for k in (-1, 3, 63, 64)]
of_floats = [derivative(lambda x: torch.ldexp(x, torch.tensor(float(k))), 1.0) for k in (-1, 3, 63, 64)]
print(seen, of_floats)
assert torch.ldexp(torch.tensor(1.0), torch.tensor(-1)).item() == 0.5
assert seen == [0.0, 8.0, -(2.0**63), 0.0] and of_floats == [0.5, 8.0, 2.0**63, 2.0**64]
END
