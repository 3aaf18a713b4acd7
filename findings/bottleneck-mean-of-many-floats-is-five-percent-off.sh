#!/usr/bin/env bash
# Bottleneck 1.6.0: nanmean of twenty million numbers 0.1 in 32 bits is 0.105, NumPy's is 0.1.
# guess: 0.1 to some six digits, as NumPy's.
# seen: 0.10486: the sum is one running float of 32 bits.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile bottleneck==1.6.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import bottleneck
import numpy as np

x = np.full(20_000_000, 0.1, np.float32)
seen = float(bottleneck.nanmean(x)), float(np.nanmean(x))
print(seen)
assert abs(seen[0] - 0.10486) < 1e-4 and abs(seen[1] - 0.1) < 1e-6
END
