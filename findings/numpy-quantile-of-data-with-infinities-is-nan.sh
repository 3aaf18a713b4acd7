#!/usr/bin/env bash
# NumPy 2.4.6: every quantile of (1, inf, inf) from 0.5 to 1 is nan; median and max are inf.
# guess: inf: no number between is anything else, and 1 is the largest itself.
# seen: nan, for 0.5 and 1 too, which need no interpolation.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math
import warnings

import numpy as np

warnings.simplefilter("ignore")
x = [1.0, np.inf, np.inf]
seen = [float(np.quantile(x, q)) for q in (0.5, 0.75, 1.0)]
print(seen, np.median(x), np.max(x))
assert all(map(math.isnan, seen)) and np.median(x) == np.max(x) == math.inf
END
