#!/usr/bin/env bash
# PyTorch 2.13.0: of three equal numbers sort hands the gradient to the first, kthvalue to the second, cummin to the last.
# guess: the first, or thirds; the same wherever one element is picked.
# seen: sort and min along an axis the first, kthvalue the second, cummin the last, amin and median a third each.
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


smallest = {
    "sort": lambda x: torch.sort(x)[0][0],
    "min": lambda x: torch.min(x, 0)[0],
    "kthvalue": lambda x: torch.kthvalue(x, 1)[0],
    "cummin": lambda x: torch.cummin(x, 0)[0][-1],
    "amin": torch.amin,
    "median": torch.median,
}
seen = {name: derivative(f, [1.0, 1.0, 1.0]) for name, f in smallest.items()}
print(seen)
first, second, last, thirds = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1 / 3] * 3
assert list(seen.values()) == [first, first, second, last, thirds, thirds]
END
