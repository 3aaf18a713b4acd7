"""Try the properties of `test_hostile.py` on inputs found by coverage, for some minutes: the figures are the last line.

    python tests/long/fuzz.py labels 10

Inputs come from libFuzzer by way of atheris (`pip install atheris`, Linux), which sees what of the two packages each of
them reaches. One that fails is written to a file whose name is printed, and ends the run.
"""

import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent.parent))
warnings.simplefilter("error")

with atheris.instrument_imports(include=["autograd", "nn", "json", "csv"]):
    import test_hostile as hostile

PARTS = {
    "expressions": [hostile.test_expressions],
    "csv": [hostile.test_csv_files],
    "graphs": [hostile.test_graph_files],
    "models": [hostile.test_model_files],
    "labels": [hostile.test_labels_in_derivations, hostile.test_labels_in_pictures, hostile.test_labels_in_the_page],
}


def fuzz(part: str, minutes: float) -> None:
    """Try inputs for so many minutes; does not return."""
    tests = [test.hypothesis.fuzz_one_input for test in PARTS[part]]
    start, calls = time.monotonic(), 0

    def one(data: bytes) -> None:
        nonlocal calls
        if time.monotonic() - start > 60 * minutes:
            megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"minutes": minutes, **hostile.tried, "megabytes": round(megabytes)}), flush=True)
            os._exit(0)  # libFuzzer would go on
        calls += 1
        tests[calls % len(tests)](data)

    atheris.Setup([sys.argv[0], "-rss_limit_mb=2048", "-timeout=20", "-max_len=8192", "-print_final_stats=0"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], float(sys.argv[2]))
