#!/usr/bin/env bash
# PyTorch 2.13.0: with weights of classes the mean cross_entropy of a class is not that of its probabilities.
# guess: the same number for the targets 0 and 2 as for (1, 0, 0) and (0, 0, 1).
# seen: three times as much: by classes it is divided by the sum of the weights, 6, by probabilities by 2 samples.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch
import torch.nn.functional as F

logits = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], dtype=torch.float64)
weights = torch.tensor([1.0, 2.0, 5.0], dtype=torch.float64)
classes = torch.tensor([0, 2])
seen = [F.cross_entropy(logits, target, weight=weights).item() for target in (classes, F.one_hot(classes, 3).double())]
print(seen, seen[1] / seen[0])
assert abs(seen[1] / seen[0] - 3.0) < 1e-12
END
