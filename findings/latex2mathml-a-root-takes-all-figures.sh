#!/usr/bin/env bash
# latex2mathml 3.81.1: \sqrt23 is the root of 23, where x^23 and \frac123 end after one figure, as in TeX.
# guess: the root of 2, and a 3 beside it, as TeX sets it.
# seen: <msqrt><mn>23</mn></msqrt>.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile latex2mathml==3.81.1
"$work/venv/bin/python" - <<'END'
from latex2mathml.converter import convert

root, power, fraction = (convert(formula) for formula in (r"\sqrt23", "x^23", r"\frac123"))
print(root, power, fraction, sep="\n")
assert "<msqrt><mn>23</mn></msqrt>" in root
assert "<msup><mi>x</mi><mn>2</mn></msup><mn>3</mn>" in power
assert "<mfrac><mn>1</mn><mn>2</mn></mfrac><mn>3</mn>" in fraction
END
