#!/usr/bin/env bash
# pytest 9.2.0: thirty files given by name have their folder of 31 files looked at thirty times, file by file: 930 times.
# guess: 30 or 31 files looked at, as where the folder is given.
# seen: 31 for the folder, 930 for its files, so that ninety test files took seconds to collect.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile pytest==9.2.0
mkdir "$work/tests"
cd "$work/tests"
for number in $(seq 30); do echo "def test_it(): pass" > "test_$number.py"; done
cat > conftest.py <<'END'
calls = 0


def pytest_collect_file():
    global calls
    calls += 1


def pytest_collection_finish():
    print("files looked at:", calls)
END
looked() { "$work/venv/bin/python" -m pytest -q -s -p no:cacheprovider --collect-only "$@" | grep "files looked at"; }
looked . | tee "$work/folder"
looked test_*.py | tee "$work/files"
grep -qx "files looked at: 31" "$work/folder"
grep -qx "files looked at: 930" "$work/files"
