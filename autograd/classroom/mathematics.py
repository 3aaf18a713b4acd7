r"""Mathematics in the LaTeX that this package writes, for Typst: ``\frac{1}{x}`` is ``frac(1, x)``.

The commands are those of `autograd.symbolic`, `autograd.labels` and the table of operations, no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\\text\{((?:[^{}\\]|\\.)*)\}|(\\[A-Za-z]+|\\.)|(\d[\d.]*)|(\s+)|(.)", re.DOTALL)
_COMMANDS = {
    "cdot": "dot", "partial": "partial", "infty": "infinity", "leq": "<=", "geq": ">=", "neq": "!=", "approx": "approx",
    "ldots": "dots.h", "cdots": "dots.h.c", "vdots": "dots.v", "rightarrow": "->", "leftarrow": "<-", "times": "times",
    "sum": "sum", "pm": "plus.minus", "nabla": "nabla", "surd": "√", "in": "in", "wedge": "and", "sim": "tilde.op",
    "quad": "quad", "qquad": "wide", "varepsilon": "epsilon", "varphi": "phi", "backslash": "backslash",
    ",": "thin", "vert": "|", "ln": "ln", "displaystyle": "", "hline": "", "prime": "prime",
}  # fmt: skip
_DELIMITERS = {
    "vert": "|", "Vert": "||", "lfloor": "floor.l", "rfloor": "floor.r", "lceil": "ceil.l", "rceil": "ceil.r",
}  # fmt: skip
_SAME = re.compile("|".join([
    "alpha|beta|gamma|delta|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|chi|psi|omega",
    "Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega",
    "sin|cos|tan|sinh|cosh|tanh|arcsin|arccos|arctan|exp|log|max|min",
]))  # fmt: skip
_ESCAPED = set('#$%&_"\\/;,*`~@<>')


def typst_math(latex: str) -> str:
    r"""Return the mathematics of LaTeX as that of Typst, without the dollars round it.

    A command that it does not know stands there by its name, upright.

    >>> typst_math(r"\frac{\partial J}{\partial x_{1}}"), typst_math(r"\text{loss} \leq {a}^{2}")
    ('frac(partial J, partial x_(1))', '"loss" <= scripts(a)^(2)')
    """
    return _sequence(_tokens(latex), end=None)


def _tokens(latex: str) -> Iterator[tuple[str, str]]:
    for text, command, number, space, sign in _TOKEN.findall(latex):
        if command:
            yield "command", command[1:]
        elif number:
            yield "number", number
        elif sign:
            yield "sign", sign
        elif not space:
            yield "text", text


def _sequence(tokens: Iterator[tuple[str, str]], end: tuple[str, str] | None) -> str:
    """The pieces up to the token `end`, with spaces between them."""
    pieces: list[str] = []
    for token in tokens:
        if token == end:
            break
        if token in (("sign", "^"), ("sign", "_")):
            pieces[-1:] = [f"{pieces[-1] if pieces else '#none'}{token[1]}({_argument(tokens)})"]
        elif token == ("sign", "'") and pieces:
            pieces[-1] += "'"
        else:
            pieces.append(_piece(token, tokens))
    whole = ""
    for piece in filter(None, pieces):  # Typst shows a space between two texts
        whole += piece if not whole or (whole[-1] == piece[0] == '"') else f" {piece}"
    return whole


def _piece(token: tuple[str, str], tokens: Iterator[tuple[str, str]]) -> str:
    kind, text = token
    if kind == "text":
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if text else ""
    if kind == "number":
        return text.rstrip(".") if not text.endswith(".") else f"{text[:-1]} ."
    if kind == "sign":
        if text == "{":
            inner = _sequence(tokens, ("sign", "}"))
            return f"scripts({inner})" if inner else "zws"
        return "\\" + text if text in _ESCAPED else text if ord(text) < 128 else f'"{text}"'
    match text:
        case "frac":
            return f"frac({_argument(tokens)}, {_argument(tokens)})"
        case "sqrt":
            first = next(tokens)
            if first == ("sign", "["):
                return f"root({_sequence(tokens, ('sign', ']'))}, {_argument(tokens)})"
            return f"sqrt({_sequence(tokens, ('sign', '}')) if first == ('sign', '{') else _piece(first, tokens)})"
        case "operatorname":
            return f'op("{_plain(tokens)}")'
        case "left":
            opening = _delimiter(tokens)
            inner = _sequence(tokens, ("command", "right"))
            return f"lr({opening} {inner} {_delimiter(tokens)})"
        case "begin":
            return _cases(tokens)
    if text in _COMMANDS:
        return _COMMANDS[text]
    if _SAME.fullmatch(text):
        return text
    return f'op("{text}")' if text.isalpha() else f'"{text}"'


def _argument(tokens: Iterator[tuple[str, str]]) -> str:
    token = next(tokens)
    return _sequence(tokens, ("sign", "}")) if token == ("sign", "{") else _piece(token, tokens)


def _delimiter(tokens: Iterator[tuple[str, str]]) -> str:
    _, text = next(tokens)
    return _DELIMITERS.get(text, f"\\{text}")


def _plain(tokens: Iterator[tuple[str, str]]) -> str:
    """The letters of a group, as of the name of a function."""
    letters = []
    next(tokens)
    for token in tokens:
        if token == ("sign", "}"):
            break
        letters.append(token[1])
    return "".join(letters)


def _cases(tokens: Iterator[tuple[str, str]]) -> str:
    """``cases(a & b, c & d)``, the only environment that a formula has."""
    _plain(tokens)
    rows = [""]
    row: list[tuple[str, str]] = []
    depth = 0
    for token in tokens:
        depth += (token == ("command", "begin")) - (token == ("command", "end"))
        if depth < 0:
            _plain(tokens)
            break
        if token == ("command", "\\") and not depth:
            rows.append(_row(row))
            row = []
        else:
            row.append(token)
    rows.append(_row(row))
    return f"cases({', '.join(filter(None, rows))})"


def _row(tokens: list[tuple[str, str]]) -> str:
    cells: list[list[tuple[str, str]]] = [[]]
    for token in tokens:
        if token == ("sign", "&"):
            cells.append([])
        else:
            cells[-1].append(token)
    return " & ".join(_sequence(iter(cell), end=None) for cell in cells)
