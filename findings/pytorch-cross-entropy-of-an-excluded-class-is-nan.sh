#!/usr/bin/env bash
# PyTorch 2.13.0: cross_entropy with a logit -inf is 0 for the class 0 and nan for the target (1, 0).
# guess: 0 for both: the target is the same, once as a class and once as probabilities.
# seen: 0 and nan: 0 times -inf is added for the class that is excluded.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import torch
import torch.nn.functional as F

logits = torch.tensor([[0.0, -torch.inf]], dtype=torch.float64)
by_class = F.cross_entropy(logits, torch.tensor([0])).item()
by_probabilities = F.cross_entropy(logits, torch.tensor([[1.0, 0.0]], dtype=torch.float64)).item()
print(by_class, by_probabilities)
assert by_class == 0.0
assert by_probabilities != by_probabilities
END
