"""The source of the packages: what one module may know of another."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))


@functools.cache
def trees():
    """The source of each module of the packages, as a tree."""
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


def names_given(tree):
    """The names that a module defines, binds, or sets as attributes of its objects."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "out" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def names_used(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.name for alias in names)
            case ast.Call(
                func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(value=str(name)), *_]
            ):
                yield name


def test_no_module_uses_a_private_name_of_another():
    private = {name for tree in trees().values() for name in names_given(tree) if is_private(name)}
    assert {"_data", "_map", "_propagate"} <= private
    found = {
        path: sorted(used)
        for path, tree in trees().items()
        if (used := private & set(names_used(tree)) - set(names_given(tree)))
    }
    assert found == {}


def test_no_class_is_longer_than_300_lines():
    lengths = {
        (path, node.name): node.end_lineno - node.lineno + 1
        for path, tree in trees().items()
        if path != "autograd/signatures.py"  # a declaration for each operation, which the table writes
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def imported_at_once(path):
    """The modules of the packages that a module imports when it is imported itself."""
    known = {other.removesuffix(".py").removesuffix("/__init__").replace("/", "."): other for other in trees()}
    for node in trees()[path].body:  # those below `if TYPE_CHECKING` and in functions are not met on the way
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                found = [f"{module}.{alias.name}" for alias in names]
                yield from (known.get(name) or known.get(module) for name in found)
            case ast.Import(names=names):
                yield from (known.get(alias.name) for alias in names)


def test_imports_make_no_circle():
    level = {}
    waiting = {path: {other for other in imported_at_once(path) if other} - {path} for path in trees()}
    while ready := [path for path, others in waiting.items() if others <= set(level)]:
        level |= {path: 1 + max((level[other] for other in waiting.pop(path)), default=0) for path in ready}
    assert waiting == {}


LONG_FUNCTIONS = {  # lines of code; what has two jobs is two functions
    "autograd/value.py:_propagate": "the loop of the backward pass: a call for each node would cost as much again",
}


def lines_of_code(function, text):
    """The lines of a function without blank ones, comments and its docstring."""
    first = function.body[0].lineno - 1
    if ast.get_docstring(function):
        first = function.body[0].end_lineno
    lines = [*text[function.lineno - 1 : function.body[0].lineno - 1], *text[first : function.end_lineno]]
    return sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))


def test_no_function_is_longer_than_50_lines():
    found = {}
    for path, tree in trees().items():
        text = (ROOT / path).read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (length := lines_of_code(node, text)) > 50:
                found[f"{path}:{node.name}"] = length
    assert found.keys() <= LONG_FUNCTIONS.keys(), found
