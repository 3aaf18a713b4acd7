"""Train 500 random networks with each engine of `fit`: none differs in silence. The figures are the last line.

python tests/long/trainings.py 500
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from random_trainings import apart


def compare(count: int) -> None:
    """Compare so many trainings, and print those that differ."""
    in_silence = warned = 0
    worst = 0.0
    for seed in range(1000, 1000 + count):
        words, distance, warnings = apart(seed)
        warned += bool(warnings)
        if distance > 1e-9:
            print(words, distance, *warnings)
            in_silence += not warnings
        else:
            worst = max(worst, distance)
    print(json.dumps({"trainings": count, "worst": worst, "warned": warned, "differ in silence": in_silence}))
    if in_silence:
        raise SystemExit(1)


if __name__ == "__main__":
    compare(int(sys.argv[1]))
