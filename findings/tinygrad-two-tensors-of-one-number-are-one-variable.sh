#!/usr/bin/env bash
# tinygrad 0.14.0: the gradient of x * x by another tensor y that also holds 1.0 is 2.
# guess: an error or 0, since y is not used.
# seen: 2: constants of one value are one node, so y is x.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download clang-14 libclang-cpp14 libllvm14 libclang-common-14-dev
for archive in *.deb; do dpkg-deb -x "$archive" .; done
export LD_LIBRARY_PATH="$work/usr/lib/x86_64-linux-gnu" PATH="$work/usr/lib/llvm-14/bin:$PATH" DEV=CPU
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile tinygrad==0.14.0
"$work/venv/bin/python" - <<'END'
from tinygrad import Tensor, dtypes

x, y = Tensor(1.0, dtype=dtypes.float64), Tensor(1.0, dtype=dtypes.float64)
(seen,) = (x * x).gradient(y)
print(seen.item())
assert seen.item() == 2.0
END
