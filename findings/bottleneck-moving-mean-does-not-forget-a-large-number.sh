#!/usr/bin/env bash
# Bottleneck 1.6.0: the moving mean of (1e16, 1, 1, 1) over two is 0 from the third on.
# guess: 1 where both numbers are 1.
# seen: 0: the sum is carried along, and what the large number swallowed is gone when it leaves.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile bottleneck==1.6.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import bottleneck
import numpy as np

seen = bottleneck.move_mean(np.array([1e16, 1.0, 1.0, 1.0]), 2).tolist()
print(seen)
assert seen[1:] == [5e15, 0.0, 0.0]
END
