"""Formulas that a user types, read with `ast` against the table of operations; nothing is executed.

>>> root, leaves = parse("tanh(w*x + b)", w=-3, x=2, b=6.88)
>>> f"{root.data:.4f}", list(leaves)
('0.7064', ['w', 'x', 'b'])
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import re
import sys
import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from autograd.ops import OPERATIONS, Operation, for_added_rows, for_removed_rows
from autograd.value import Constant, Value, apply

LONGEST = 2000
"""Characters accepted; Python's own parser accepts 200 parentheses, one inside the other."""

CONSTANTS = {"pi": math.pi, "e": math.e}
WRITTEN = {"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-", "²": "**2", "³": "**3", "√": "sqrt(...)", "|": "abs(...)"}
"""What to write for signs that formulas print and Python does not read."""
FUNCTIONS = {
    name: op
    for op in OPERATIONS.values()
    for name in (op.name, op.numpy, op.symbol)  # ln and max are symbols
    if name.isidentifier()
}
for_added_rows(lambda row: FUNCTIONS.update({row.name: row}))
for_removed_rows(lambda row: FUNCTIONS.pop(row.name, None))
_SIGNS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_ACCEPTED = "accepted: numbers, the names given, + - * / **, parentheses, pi, e and the operations of the table"

# A formula as instructions for a stack: a number, a name, or an operation with how many operands it takes.
_Instruction = float | str | tuple[Operation, int]


def parse(text: str, /, **numbers: float) -> tuple[Value, dict[str, Value]]:
    """Return the root of the graph of the expression `text` and its leaves by name, labelled with it.

    The names are those of `numbers`, each used at least once; numbers and ``pi`` and ``e``, where they are not given,
    become constants. ``+ - * / **``, signs and calls of the operations of the table are all that can be written.

    A sheet has several formulas, one to a line or between semicolons, of which the last is the root. ``h = tanh(w*x)``
    calls a result h, for the formulas after it; ``w = -3`` makes a leaf.

    Raises ValueError, naming the piece and its column, for anything else, for an expression of more than 2,000
    characters, for a name missing or not used; what the operations raise outside their domain; TypeError for a value
    that is not a number.

    >>> root, leaves = parse("x**2 + sin(y)", x=3, y=0)
    >>> root.data
    9.0
    """
    leaves: dict[str, Value] = {}
    for given, number in numbers.items():
        name = unicodedata.normalize("NFKC", given)  # as Python reads the names in the expression
        if name in leaves:
            raise ValueError(f"{name!r} is given twice: names that look the same to Python are the same")
        if not name.isidentifier():
            raise ValueError(f"{given!r} is not a name; accepted: letters, digits and _, no digit first")
        try:
            leaves[name] = Value(number, label=name)
        except (OverflowError, TypeError) as error:
            raise type(error)(f"{name}: {error}") from None
    known = dict(leaves)  # what a name stands for
    used: set[str] = set()
    root: Value = Constant(0.0)
    statements = _statements(text)
    for where, name, source in statements:
        try:
            root, names = _formula(name, source, known)
        except ValueError as error:
            raise ValueError(f"{where}{error}") from None
        used.update(names)
        if name:
            known[name] = root
            if root.op is None and root.label == name:
                leaves[name] = root
                used.add(name)
    if not_used := [name for name in leaves if name not in used]:
        raise ValueError(
            f"{_names(not_used)} given but not in the expression {_short(text)}{_suggestion(not_used[0], used)}"
        )
    for where, name, source in statements[:-1]:
        if not name:
            raise ValueError(
                f"{where}{_short(source.strip())} has no name, and is not the last formula: nothing is made of it; "
                "accepted: h = w*x; J = h**2"
            )
    if isinstance(root, Constant):
        raise ValueError(f"{_short(text)} has no name in it: nothing to differentiate; accepted: x**2 with x=3")
    return root, leaves


def open_names(text: str) -> list[str]:
    """Return the names that stand in a sheet without being given there: those that `parse` wants a number for.

    Raises ValueError for text that is not a sheet.

    >>> open_names("h = tanh(w*x); J = (h - y)**2 / pi")
    ['w', 'x', 'y']
    """
    made: set[str] = set(CONSTANTS)
    found: dict[str, None] = {}
    for _, name, source in _statements(text):
        _, columns = _read(source, {})
        found.update(dict.fromkeys(one for one in columns if one not in made))
        made.add(name)
    return list(found)


def _statements(text: str) -> list[tuple[str, str, str]]:
    """Return for each formula of a sheet the words for its line, the name it is given or "", and the formula, in which
    every piece stands in the column that it has in its line."""
    if not isinstance(text, str):
        raise TypeError(f"got {text!r} ({type(text).__name__}); accepted: an expression in a string, 'x**2'")
    if len(text) > LONGEST:
        raise ValueError(f"the expression has {len(text):,} characters; accepted: at most {LONGEST:,}")
    found = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        start = 0
        for piece in line.split(";"):
            named = re.match(r"\s*(\w+)\s*=(?!=)", piece)
            head = named.end() if named else 0
            if piece.strip():
                where = f"line {number}, " if len(lines) > 1 else ""
                name = unicodedata.normalize("NFKC", named[1]) if named else ""
                found.append((where, name, " " * (start + head) + piece[head:]))
            start += len(piece) + 1
    return found or [("", "", text)]


def _formula(name: str, source: str, known: Mapping[str, Value]) -> tuple[Value, Iterable[str]]:
    """Return the node that a formula of a sheet makes, with `name` as its label, and the names that stand in it."""
    if name in FUNCTIONS:
        raise ValueError(f"{name!r} is an operation: give the result another name")
    if name and (not name.isidentifier() or keyword.iskeyword(name)):
        raise ValueError(f"{name!r} is not a name; accepted: letters, digits and _, no digit first")
    if name in known:
        raise ValueError(f"{name!r} is given twice")
    program, columns = _read(source, known)
    if missing := [one for one in columns if one not in known and one not in CONSTANTS]:
        raise ValueError(_missing(missing, columns, known))
    node = _run(program, known)
    if name and isinstance(node, Constant):
        return Value(node.data, label=name), columns
    if name and not node.label:
        node.label = name
    return node, columns


def assignment(text: str) -> tuple[str, float]:
    """Return the name and the number of ``name=number``; the number may be one that constants make, as ``-pi/2``.

    Raises ValueError for anything else.

    >>> assignment("w=-3"), assignment("p = 1/4")
    (('w', -3.0), ('p', 0.25))
    """
    name, equals, number = (part.strip() for part in text.partition("="))
    if not (equals and number and unicodedata.normalize("NFKC", name).isidentifier()):
        raise ValueError(f"{_short(text)} does not give a name its number; accepted: name=number, such as w=-3")
    if number.endswith(","):
        raise ValueError(f"{_short(text)} ends with a comma; accepted: name=number, such as w=-3, and spaces between")
    try:
        value = float(number)
        if not math.isinf(value) or not any(map(str.isdigit, number)):  # inf by its name, and nan
            return name, value
    except ValueError:
        pass
    try:
        program, columns = _read(number, {})
        if others := [name for name in columns if name not in CONSTANTS]:
            raise ValueError(f"{others[0]!r} has no number here; accepted: numbers, pi, e and what is computed of them")
        return name, _run(program, {}).data
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"the number of {name!r}: {error}") from None


@dataclass(frozen=True, slots=True)
class _Source:
    """What was typed, as Python sees it: without the `indent` spaces before it."""

    text: str
    indent: int

    def column(self, node: ast.expr) -> int:
        """Return the column in which a node starts, counted in characters from 1; ast counts bytes from 0."""
        return len(self.text.encode()[: node.col_offset].decode()) + self.indent + 1

    def refusal(self, node: ast.expr, why: str = f"is not accepted; {_ACCEPTED}") -> ValueError:
        """Return the error that a node is not accepted."""
        return ValueError(f"column {self.column(node)}: {_short(ast.get_source_segment(self.text, node) or '')} {why}")


def _parsed(text: str) -> tuple[ast.expr, _Source]:
    """Return the tree that Python makes of `text`; ValueError says in which column it makes none, and why."""
    for column, character in enumerate(text, start=1):
        if character == "#" or not character.isprintable():
            raise ValueError(f"column {column}: {character!r} is not accepted; {_ACCEPTED}")
    source = _Source(text.lstrip(), len(text) - len(text.lstrip()))
    if not source.text:
        raise ValueError(f"the expression is empty; {_ACCEPTED}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of 1or 2 and the like, which is refused below
            return ast.parse(source.text, mode="eval").body, source
    except SyntaxError as error:
        fault = _fault(text) or f"column {(error.offset or 1) + source.indent}: {error.msg}"
        raise ValueError(f"{fault}; {_ACCEPTED}") from None
    except (RecursionError, MemoryError):
        raise ValueError("the expression is nested too deeply") from None


def _read(text: str, leaves: Mapping[str, Value]) -> tuple[list[_Instruction], dict[str, int]]:
    """Return the instructions of `text`, and the column of the first use of each name in it."""
    body, source = _parsed(text)
    program: list[_Instruction] = []
    columns: dict[str, int] = {}
    stack: list[ast.expr | tuple[Operation, int]] = [body]
    while stack:
        node = stack.pop()
        match node:
            case tuple():
                program.append(node)
            case ast.Constant(value=int() | float() as number) if number.__class__ is not bool:
                if abs(number) > sys.float_info.max:
                    raise source.refusal(node, f"is too large for a float; accepted: at most {sys.float_info.max:.2g}")
                program.append(float(number))
            case ast.Name(id=name):
                if name in FUNCTIONS and name not in leaves:
                    raise source.refusal(node, f"is an operation: write {name}(...), or give it a number: {name}=1")
                columns.setdefault(name, source.column(node))
                program.append(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                stack.append(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                stack += [(OPERATIONS["neg"], 1), operand]
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
                stack += [(OPERATIONS[_SIGNS[type(sign)]], 2), right, left]
            case ast.BinOp(op=ast.BitXor()):
                raise source.refusal(node, f"is not accepted; write ** for a power; {_ACCEPTED}")
            case ast.Tuple(elts=[_, _]):
                raise source.refusal(node, f"is not accepted; write a point in a decimal number, 1.5; {_ACCEPTED}")
            case ast.Call(args=operands):
                stack += [(_called(node, source, leaves), len(operands)), *reversed(operands)]
            case _:
                raise source.refusal(node)
    return program, columns


def _called(call: ast.Call, source: _Source, leaves: Mapping[str, Value]) -> Operation:
    """Return the operation that is called; ValueError where it is none, or has another number of inputs."""
    match call:
        case ast.Call(func=ast.Constant() | ast.BinOp()):
            raise source.refusal(call, f"is not accepted; write * for a product; {_ACCEPTED}")
        case ast.Call(func=ast.Name(id=name), args=operands, keywords=[]):
            if name in leaves and name not in FUNCTIONS:
                raise source.refusal(call, f"is not accepted; write * for a product; {_ACCEPTED}")
            if name not in FUNCTIONS:
                why = f"is not an operation{_suggestion(name, FUNCTIONS) or _every_function()}"
                raise source.refusal(call.func, why)
            op = FUNCTIONS[name]
            fewest = op.arity - len(op.defaults)
            if not fewest <= len(operands) <= op.arity:
                many = f"{op.arity}" if fewest == op.arity else f"{fewest} to {op.arity}"
                raise source.refusal(call, f"has {len(operands)} inputs; accepted: {many}")
            return op
    raise source.refusal(call)


def _run(program: list[_Instruction], leaves: Mapping[str, Value]) -> Value:
    values: list[Value] = []
    for instruction in program:
        if isinstance(instruction, float):
            values.append(Constant(instruction))
        elif isinstance(instruction, str):
            leaf = leaves.get(instruction)
            values.append(Constant(CONSTANTS[instruction]) if leaf is None else leaf)
        else:
            op, count = instruction
            operands = values[-count:]
            out = apply(op, *op.with_defaults(tuple(operands)))
            # Numbers alone make a number, as they do in Python: x**(1/3) has one constant.
            values[-count:] = [Constant(out.data) if all(isinstance(x, Constant) for x in operands) else out]
    return values[0]


# Messages ---------------------------------------------------------------------------------------------------------

_PIECE = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d²³][^\W²³]*)|(?P<sign>\*\*|[-+*/(),])|\S"
)
_BETWEEN = ("*", "/", "**", ",")  # which stand between two operands; + and - may stand before one


def _fault(text: str) -> str:
    """Return words for the first piece of `text` that cannot stand where it does, "" if there is none."""
    for first, second in pairwise([None, *_PIECE.finditer(text), None]):
        left, right = first.group() if first else "", second.group() if second else ""
        column = f"column {second.start() + 1 if second else len(text.rstrip()) + 1}: "
        if second and not second.lastgroup:
            return f"{column}{right!r} is not accepted" + (f"; write {WRITTEN[right]}" if right in WRITTEN else "")
        if keyword.iskeyword(right):
            return f"{column}{right!r} is a word of Python and no name: take another, such as '{right}_'"
        opened = not first or left in ("(", *_BETWEEN, "+", "-")
        if opened and (not second or right in _BETWEEN or (right == ")" and left not in ("(", ","))):  # f() is Python
            return f"{column}an operand is missing {f'after {left!r}' if left else f'before {right!r}'}"
        if first and second and (first.lastgroup != "sign" or left == ")"):
            called = first["name"] and right == "("
            if (second.lastgroup != "sign" or right == "(") and not called:
                write = f"{left}(...)" if left in FUNCTIONS else "* for a product"
                return f"{column}{_short(right)} follows {_short(left)}: write {write}"
    return ""


def _missing(missing: list[str], columns: Mapping[str, int], known: Mapping[str, Value]) -> str:
    first = missing[0]
    foreign = [f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in first if not c.isascii()]
    spelled = f" ({', '.join(foreign)})" if foreign else ""
    close = _suggestion(first, [name for name in known if name not in columns])
    return (
        f"column {columns[first]}: {_names(missing)} not given{spelled}{close}; "
        f"given: {', '.join(known) or 'none'}; accepted: a number for every name, such as {first}=1"
    )


def _names(names: list[str]) -> str:
    return f"{', '.join(map(repr, names))} {'is' if len(names) == 1 else 'are'}"


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=2)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def _every_function() -> str:
    return f"; accepted: {', '.join(sorted(FUNCTIONS))}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
