import gc
import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for what several test files share: random_graphs, mpmath_reference

from browser import chromium

FOLDER = Path(__file__).parent

# The same examples in every run; a failure prints the blob that runs it again.
settings.register_profile("chainrule", deadline=None, derandomize=True, print_blob=True, max_examples=40)
# New examples in every run, many of them: `pytest --hypothesis-profile=long`.
settings.register_profile("long", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile("chainrule")

NEEDED_BY_EXAMPLES = {
    "autograd.interop.sympy_expressions": "sympy",
    "autograd.interop.frameworks.from_torch": "torch",
    "autograd.interop.frameworks.from_jax": "jax",
    "nn.interop": "torch",
    "nn.onnx_files": "onnxruntime",
}


def pytest_configure(config):
    """Leave out the examples of the module that cannot be imported without its optional package.

    With pytest-xdist, a process that has nothing left to do takes over tests of another: some take a hundred times as
    long as most.
    """
    if getattr(config.option, "dist", "") == "load":
        config.option.dist = "worksteal"
    if importlib.util.find_spec("sklearn") is None:
        config.option.ignore = [*(config.option.ignore or []), "nn/estimators.py"]
    for package in ("torch", "jax"):
        if importlib.util.find_spec(package) is None:
            needing = [f"autograd/interop/{package}_{part}.py" for part in ("recording", "rules")]
            config.option.ignore = [*(config.option.ignore or []), *needing]


def pytest_ignore_collect(collection_path, config):
    """Of this folder, take the tests; what is below it only when it is asked for, as `pytest tests/page`."""
    if collection_path.parent != FOLDER or collection_path.match("test_*.py"):
        return None
    asked = any(Path(argument).resolve().is_relative_to(collection_path) for argument in config.args)
    return None if asked else True


def pytest_collection_modifyitems(items):
    """Skip the examples in docstrings that need an optional package which is not installed."""
    for item in items:
        for module, package in NEEDED_BY_EXAMPLES.items():
            of_module = isinstance(item, pytest.DoctestItem) and f"{item.name}.".startswith(f"{module}.")
            if of_module and importlib.util.find_spec(package) is None:
                item.add_marker(pytest.mark.skip(reason=f"{package} is not installed"))


def pytest_collection_finish():
    """Take what collecting has made, some million objects that stay, out of the garbage collector's rounds.

    The rounds come seldom, which spares a tenth of the time; tests of memory start theirs themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def browser():
    with chromium() as program:
        yield program


@pytest.fixture
def _quickly_compiled(monkeypatch):
    """Compile machine code without optimizing, which takes a quarter of the time, for tests of many programs.

    That every level gives the same bits is a test of its own.
    """
    library = pytest.importorskip("autograd.vectorize.native.library")
    monkeypatch.setattr(library, "FLAGS", tuple("-O0" if flag == "-O2" else flag for flag in library.FLAGS))
