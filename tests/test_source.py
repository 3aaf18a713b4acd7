"""The source of the packages: what one module may know of another."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


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
    private = {name for tree in TREES.values() for name in names_given(tree) if is_private(name)}
    assert {"_data", "_map", "_propagate"} <= private
    found = {
        path: sorted(used)
        for path, tree in TREES.items()
        if (used := private & set(names_used(tree)) - set(names_given(tree)))
    }
    assert found == {}
