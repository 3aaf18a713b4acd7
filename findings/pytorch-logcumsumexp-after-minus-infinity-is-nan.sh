#!/usr/bin/env bash
# PyTorch 2.13.0: the last of logcumsumexp(-inf, 0, 1) has the derivative nan by the -inf, logsumexp has 0.
# guess: 0: e to the -inf is 0, and so is its share.
# seen: nan for logcumsumexp, 0 for logsumexp of the same numbers; the other two derivatives are alike.
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


at = [float("-inf"), 0.0, 1.0]
running, whole = derivative(lambda x: torch.logcumsumexp(x, 0)[-1], at), derivative(lambda x: torch.logsumexp(x, 0), at)
print(running, whole)
assert running[0] != running[0] and whole[0] == 0.0
assert all(abs(a - b) < 1e-15 for a, b in zip(running[1:], whole[1:]))
END
