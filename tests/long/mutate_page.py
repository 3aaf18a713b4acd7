"""Change one sign, number or function at a time in the operations of the page, and see whether the matrix notices.

    python tests/long/mutate_page.py --every 20

A mutant is noticed where a value or a derivative of a case of `tests/test_matrix.py`, or at points between, which
`tests/test_javascript.py` has, is another one than the page has without the change, by more than the test allows, or
where the script fails. What survives is printed, and is to be killed by a test or explained in `survivors.json`, with
what stands round the change. Figures are the last line.
"""

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import test_javascript
import test_matrix
from mutate import FUNCTIONS

OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!=": "=="}
OTHER |= {f"Math.{name}": f"Math.{other}" for name, other in (FUNCTIONS | {"max": "min", "min": "max"}).items()}
TOKEN = re.compile(
    r"//[^\n]*|\"[^\"]*\"|Math\.\w+|(?<![\w.])\d[\d.]*(?:e[-+]?\d+)?|(?<= )(?:[-+*/]|[<>]=?|===|!=)(?= )"
)
SECONDS = 60
FURTHER = [(x,) for x in (0.05, 0.85, -0.9, 1.1, -1.2, 3.3, -4.4, 7.0, -27.0)]  # as tests/test_javascript.py has them
CASES = [
    *test_matrix.CASES,
    *(replace(x, name=f"{x.name}, further", points=FURTHER) for x in test_matrix.CASES if len(x.safe) == 1),
]


def changes(script):
    """Yield (start, end, text to stand there) for all that can be changed, up to the passes: questions follow."""
    for token in TOKEN.finditer(script, 0, script.index("function usesOf")):
        text = token[0]
        if text[0].isdigit():
            yield *token.span(), repr(float(text) + 1.0 if float(text) + 1.0 != float(text) else float(text) / 2.0)
        elif text in OTHER:
            yield *token.span(), OTHER[text]


def numbers(engine):
    """Return value and derivatives at every point of every case; None where the script fails."""
    test_matrix.ENGINE = engine
    signal.alarm(SECONDS)
    try:
        found = test_matrix.by_page(CASES)
        joins = test_javascript.in_javascript(test_javascript.JOINS, engine)
        roots = test_javascript.in_javascript([("cbrt", [x]) for x in test_javascript.CUBES], engine)
    except (subprocess.CalledProcessError, TimeoutError, ValueError):
        return None
    finally:
        signal.alarm(0)
    numbers = [x for points in found.values() for value, slopes in points for x in (value, *slopes)]
    return numbers, [x for both in joins for x in both], [value for value, _ in roots]


def alike(found, want):
    """Whether the tests would take these numbers for those."""
    (some, joins, roots), (others, wanted, whole) = found, want
    return roots == whole and all(map(close, some, others)) and all(map(near, joins, wanted))


def close(x, y):
    return x == y or (x != x and y != y) or abs(x - y) <= 1e-12 * abs(y) + 2e-323


def near(x, y):
    return test_javascript.apart(x, y) <= 2 * test_javascript.ULPS  # both are within that of Python's


def late(_signal, _frame):
    raise TimeoutError


def main(every):
    signal.signal(signal.SIGALRM, late)
    engine = test_matrix.ENGINE
    want = numbers(engine)
    tried = list(changes(engine))[every // 2 :: every]
    reasons = json.loads((Path(__file__).parent / "survivors.json").read_text("utf-8"))
    killed = explained = 0
    for number, (start, end, text) in enumerate(tried):
        found = numbers(engine[:start] + text + engine[end:])
        around = f"page: {engine[max(0, start - 60) : start]}[{engine[start:end]} -> {text}]{engine[end : end + 30]}"
        if found is None or not alike(found, want):
            killed += 1
        elif around in reasons:
            explained += 1
        else:
            print(f"{number}: {json.dumps(around)}", flush=True)
    return {"mutants": len(tried), "killed": killed, "explained": explained}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[sys.argv.index("--every") + 1]) if "--every" in sys.argv else 1)))
