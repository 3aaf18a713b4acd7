#!/usr/bin/env bash
# orjson 3.13.0: a whole number of 30 digits is read as a float, without a word.
# guess: an int, as Python's json, or an error, as it gives for writing one.
# seen: a float with 16 of the digits; writing 2**70 raises TypeError.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile orjson==3.13.0
"$work/venv/bin/python" - <<'END'
import orjson

seen = orjson.loads("123456789012345678901234567890")
print(repr(seen))
assert type(seen) is float and seen == 1.2345678901234568e29
try:
    orjson.dumps(2**70)
except TypeError as error:
    print(error)
else:
    raise AssertionError("it was written")
END
