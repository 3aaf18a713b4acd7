"""Change one thing at a time in a module, and see whether the tests notice: figures are the last line.

    python tests/long/mutate.py ops value
    python tests/long/mutate.py nn.losses vectorize.reverse --every 20    a twentieth of the mutants, evenly spread

A mutant is the file with one operator, number, comparison, function, statement, text or condition changed. Tools for
this change what functions hold, and the table of operations is no function; and they start Python anew for every
mutant, where this program forks one that has pytest in it already, and runs first the tests that failed of late. What
survives is printed, and is to be killed by a test or explained in `survivors.json` with the line of the file as it is.
"""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import mpmath  # noqa: F401 -- what every mutant's process needs is imported once
import numpy as np  # noqa: F401
import pytest
import sympy  # noqa: F401

ROOT = Path(__file__).parent.parent.parent
TESTS = {
    "ops": ["ops", "value", "docs", "symbolic", "functions", "transform", "javascript"],
    "value": ["value", "functions", "graph", "files"],
    "vectorize.lower": ["golden_programs", "unchosen", "recompute", "guards"],
    "vectorize.reverse": ["reverse", "golden_programs", "unchosen", "shifts", "lookups"],
    "vectorize.machine": ["machine", "edges_of_arrays", "golden_programs", "lookups", "unchosen", "shifts"],
    "vectorize.program": [
        "program_runs",
        "tape",
        "blocks",
        "program_text",
        "native_programs",
        "native_library",
        "shown",
    ],
    "nn.losses": ["losses", "residuals"],
    "nn.layers": ["layers", "model_files"],
}
SLOW = "not 200_000 and not deep and not large and not thousand and not network and not hvp_of and not processes"
SECONDS = 10  # of the processor, for a test that takes 3 at most
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],  # the smallest example is of no interest
)
OTHER = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
FUNCTIONS = {
    "exp": "expm1", "expm1": "exp", "log": "log1p", "log1p": "log", "sin": "cos", "cos": "sin", "sinh": "cosh",
    "cosh": "sinh", "erf": "erfc", "erfc": "erf", "minimum": "maximum", "maximum": "minimum", "less": "less_equal",
    "less_equal": "less", "lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "eq": "ne", "ne": "eq",
}  # fmt: skip

Change = tuple[Any, str, Any]  # of a node: the field, and what is to stand there


def changes(node: ast.AST, in_function: bool) -> Iterator[Change]:
    """Yield what can be changed in a node."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op) if type(op) in OTHER:
            yield node, "op", OTHER[type(op)]()
        case ast.Compare(ops=[op]) if type(op) in OTHER:
            yield node, "ops", [OTHER[type(op)]()]
        case ast.Attribute(value=ast.Name(id="m" | "math" | "operator"), attr=name) if name in FUNCTIONS:
            yield node, "attr", FUNCTIONS[name]
        case ast.Constant(value=bool() as value):
            yield node, "value", not value
        case ast.Constant(value=int() | float() as value):
            yield node, "value", value + 1 if value + 1 != value else value / 2
        case ast.Constant(value=str() as value):
            yield node, "value", f"{value}X"
        case ast.If(test=test) | ast.IfExp(test=test):
            yield node, "test", ast.UnaryOp(ast.Not(), test)
        case ast.Return(value=ast.expr()) if in_function:
            yield node, "value", ast.Constant(None)
    for field, value in ast.iter_fields(node):
        match value:
            case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
                yield node, field, operand
            case [ast.stmt(), *_] if in_function or isinstance(node, ast.FunctionDef):
                for i, statement in enumerate(value):
                    kinds = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Delete)
                    if isinstance(statement, kinds) and not is_text(statement):
                        yield node, field, [*value[:i], ast.copy_location(ast.Pass(), statement), *value[i + 1 :]]


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def places(tree: ast.AST) -> Iterator[Change]:
    """Yield every change of a file, except in what is for readers and type checkers only."""
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, in_function = stack.pop()
        yield from changes(node, in_function)
        in_function = in_function or isinstance(node, ast.FunctionDef)
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns") or (isinstance(node, ast.AnnAssign) and node.value is None):
                continue
            for child in value if isinstance(value, list) else [value]:
                for_checkers = isinstance(child, ast.If) and isinstance(child.test, ast.Name)  # if TYPE_CHECKING
                if isinstance(child, ast.AST) and not is_text(child) and not for_checkers:
                    stack.append((child, in_function))


class Finder:
    """Gives a module from code that is in memory already."""

    def __init__(self, name: str, path: Path, code: Any) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, name: str, *_: object) -> Any:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)  # type: ignore[arg-type]

    def create_module(self, _spec: object) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(self.code, module.__dict__)


class Order:
    """A plugin of pytest: the tests of a row come first, then those that failed of late, then those that are quick."""

    def __init__(self) -> None:
        self.row = ""
        self.failed: list[str] = []  # the latest first
        self.seconds: dict[str, float] = {}
        self.running, self.took = (
            os.memfd_create("running"),
            os.memfd_create("took"),
        )  # what the process of a mutant says

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.row:  # the tests of other rows take long, and need not notice it
            items[:] = [x for x in items if self.row in x.nodeid or "[" not in x.nodeid or "test_ops" not in x.nodeid]
        late = {name: place for place, name in enumerate(self.failed)}
        items.sort(
            key=lambda item: (
                self.row not in item.nodeid,
                late.get(item.nodeid, len(late)),
                self.seconds.get(item.nodeid, 0.0),
            )
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        os.pwrite(self.running, nodeid.encode().ljust(1000), 0)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # whose signal ends the process, as does the next one
        signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and not self.seconds:
            os.write(self.took, f"{report.duration} {report.nodeid}\n".encode())

    def learn(self) -> None:
        """Remember how long each test took in the process that has ended."""
        lines = os.pread(self.took, 2**20, 0).decode().splitlines()
        self.seconds = {name: float(seconds) for seconds, name in (line.split(" ", 1) for line in lines)}

    def note(self) -> None:
        """Remember the test that was running when the process of a mutant ended."""
        name = os.pread(self.running, 1000, 0).decode().strip()
        self.failed = [name, *(x for x in self.failed if x != name)]


def path_of(module: str) -> Path:
    return ROOT / f"{full_name(module).replace('.', '/')}.py"


def full_name(module: str) -> str:
    """Return the name that a module is imported by."""
    return module if module.startswith("nn.") else f"autograd.{module}"


def noticed(module: str, code: Any, order: Order) -> bool:
    """Return whether a test fails with this code as the module."""
    files = [str(ROOT / "tests" / f"test_{name}.py") for name in TESTS[module]]
    plugins = ["-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]  # and no other, which take longer to load
    options = ["-x", "-q", "--assert=plain", *plugins, "--hypothesis-profile=mutants", "-k", SLOW]
    gc.freeze()  # what is here now is no matter for the tests
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        sys.meta_path.insert(0, Finder(full_name(module), path_of(module), code))
        status = 1
        try:
            status = int(pytest.main([*options, "-k", SLOW, *files], [order]) != 0)
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status != 0:
        order.note()
    return status != 0


def row_of(tree: ast.Module, node: ast.AST) -> str:
    """Return the name of the operation in whose row the node stands; "" if it stands in none."""
    line = getattr(node, "lineno", 0)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Operation":
            name = call.keywords[0].value
            if call.lineno <= line <= (call.end_lineno or 0) and isinstance(name, ast.Constant):
                return str(name.value).removesuffix("X")
    return ""


def mutate(module: str, report: Callable[[str], None], every: int = 1) -> dict[str, Any]:
    """Try every mutant of a module, or one in so many; return how many there were and how many were noticed."""
    path = path_of(module)
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    tree = ast.parse(source)
    order = Order()
    if noticed(module, compile(tree, str(path), "exec"), order):
        raise SystemExit(f"{module}: the tests fail without a change")
    order.learn()
    found = list(places(tree))[::every]
    explained = json.loads((Path(__file__).parent / "survivors.json").read_text())
    killed = alike = 0
    for number, (node, field, new) in enumerate(found, start=1):
        old = getattr(node, field)
        was = ast.unparse(node) if isinstance(node, ast.expr) else ""
        setattr(node, field, new)
        order.row = f"[{row}" if (row := row_of(tree, node)) else ""
        if noticed(module, compile(ast.fix_missing_locations(tree), str(path), "exec"), order):
            killed += 1
        else:
            removed = [x for x in old if isinstance(x, ast.stmt) and x not in new] if isinstance(old, list) else []
            now = ast.unparse(node) if was else f"without {ast.unparse(removed[0])}" if removed else ast.unparse(node)
            line = getattr(removed[0] if removed else node, "lineno", 0)
            words = f"{was} -> {now}" if was else now
            known = explained.get(f"{module}: {lines[line - 1].strip()}: {words}")
            alike += known is not None
            report(f"{number}/{len(found)} {path.name}:{line}: {words[:200]}" + (f" ({known})" if known else ""))
        setattr(node, field, old)
        if number % 50 == 0:
            report(f"{number}/{len(found)}: {killed} noticed")
    return {"one in": every, "mutants": len(found), "killed": killed, "explained": alike}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    words = sys.argv[1:]
    every = int(words.pop(words.index("--every") + 1)) if "--every" in words else 1
    names = [word for word in words if word != "--every"] or list(TESTS)
    print(json.dumps({name: mutate(name, lambda words: print(words, flush=True), every) for name in names}))
