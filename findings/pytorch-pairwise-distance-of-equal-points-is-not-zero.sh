#!/usr/bin/env bash
# PyTorch 2.13.0: pairwise_distance of a point from itself is 1.4e-6, with a slope; cdist says 0.
# guess: 0 and 0: a distance.
# seen: 1.414e-6 and slopes of 0.707: eps is added to the difference, not under the root.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch

x = torch.tensor([[1.0, 1.0]], dtype=torch.float64, requires_grad=True)
y = torch.tensor([[1.0, 1.0]], dtype=torch.float64)
distance = torch.nn.functional.pairwise_distance(x, y)
(slope,) = torch.autograd.grad(distance.sum(), x)
seen = f"{distance.item():.3e}", [round(s, 3) for s in slope[0].tolist()], torch.cdist(x, y).item()
print(seen)
assert seen == ("1.414e-06", [0.707, 0.707], 0.0)
END
