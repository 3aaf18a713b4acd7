import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for what several test files share: random_graphs, mpmath_reference

# The same examples in every run; a failure prints the blob that runs it again.
settings.register_profile("chainrule", deadline=None, derandomize=True, print_blob=True)
# New examples in every run, many of them: `pytest --hypothesis-profile=long`.
settings.register_profile("long", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile("chainrule")
