#!/usr/bin/env bash
# PyTorch 2.13.0: at 0 selu takes its slope from the left and its second derivative from the right.
# guess: the left side's both times: 1.758 and 1.758, as the formula for z <= 0 gives.
# seen: 1.758 and 0; elu and celu do likewise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch

x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
seen = []
for f in (torch.nn.functional.selu, torch.nn.functional.elu, torch.nn.functional.celu):
    (slope,) = torch.autograd.grad(f(x), x, create_graph=True)
    seen.append((round(slope.item(), 3), torch.autograd.grad(slope, x)[0].item()))
print(seen)
assert seen == [(1.758, 0.0), (1.0, 0.0), (1.0, 0.0)]
END
