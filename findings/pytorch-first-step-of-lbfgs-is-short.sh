#!/usr/bin/env bash
# PyTorch 2.13.0: the first step of LBFGS with the rate 1 is the gradient over its sum of sizes, not the gradient.
# guess: from 1 on 50 x^2, whose slope is 100, a step of -100, as gradient descent with that rate.
# seen: a step of -1, so that it stands at the minimum at once; with the slope 0.5 the step is -0.5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch


def step(curvature):
    x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([x], lr=1.0, max_iter=1)

    def cost():
        optimizer.zero_grad()
        J = (curvature / 2 * x * x).sum()
        J.backward()
        return J

    optimizer.step(cost)
    return x.item() - 1.0


seen = [step(100.0), step(0.5)]
print(seen)
assert abs(seen[0] + 1.0) < 1e-12 and abs(seen[1] + 0.5) < 1e-12
END
