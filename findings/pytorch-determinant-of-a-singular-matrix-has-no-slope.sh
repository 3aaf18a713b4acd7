#!/usr/bin/env bash
# PyTorch 2.13.0: the gradient of det at the singular matrix (1 2; 2 4) is 0 throughout.
# guess: its cofactors, 4 -2; -2 1, as JAX and a nudge of each entry have them.
# seen: 0 everywhere, of the cofactors too; a billionth beside the matrix they are there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch

torch.set_default_dtype(torch.float64)


def gradient(last):
    a = torch.tensor([[1.0, 2.0], [2.0, last]], requires_grad=True)
    return torch.autograd.grad(torch.det(a), a)[0].tolist()


exact, beside = gradient(4.0), gradient(4.000000001)
print(exact, beside)
assert exact == [[0.0, 0.0], [0.0, 0.0]]
assert max(abs(x - y) for x, y in zip(sum(beside, []), [4.0, -2.0, -2.0, 1.0])) < 1e-6
END
