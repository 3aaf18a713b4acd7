#!/usr/bin/env bash
# NumPy 2.4.6 on glibc 2.36: cbrt(27) is 3.0000000000000004, and 406 of the first thousand cubes have another root than theirs.
# guess: the root of a cube is exact, as that of a square is.
# seen: 3.0000000000000004, as from math.cbrt; 27 ** (1 / 3) is 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math
import platform

import numpy as np

wrong = [k for k in range(1, 1001) if np.cbrt(float(k**3)) != k]
print(platform.libc_ver(), np.cbrt(27.0), len(wrong))
assert platform.libc_ver() == ("glibc", "2.36")
assert np.cbrt(27.0) == math.cbrt(27.0) == 3.0000000000000004 and len(wrong) == 406
assert 27.0 ** (1 / 3) == 3.0 and all(math.sqrt(float(k * k)) == k for k in range(1, 1001))
END
