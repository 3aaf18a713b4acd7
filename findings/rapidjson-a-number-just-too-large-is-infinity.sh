#!/usr/bin/env bash
# python-rapidjson 1.25: 1e400 is an error, 1.7976931348623159e308 is infinity.
# guess: an error for both, as both are beyond the largest double.
# seen: an error for the first, inf for the second.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile python-rapidjson==1.25
"$work/venv/bin/python" - <<'END'
import rapidjson

seen = rapidjson.loads("1.7976931348623159e308")
try:
    rapidjson.loads("1e400")
except rapidjson.JSONDecodeError as error:
    print(seen, error)
else:
    raise AssertionError("1e400 was read")
assert seen == float("inf")
END
