#!/usr/bin/env bash
# Polars 2.1.0: the median of (1, 2) is 1.5, the quantile 0.5 is 2.
# guess: 1.5 both times, as NumPy and pandas.
# seen: 1.5 and 2: quantile takes the nearest number unless told otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile polars==2.1.0
"$work/venv/bin/python" - <<'END'
import polars

x = polars.Series([1, 2])
seen = x.median(), x.quantile(0.5)
print(seen)
assert seen == (1.5, 2.0)
END
