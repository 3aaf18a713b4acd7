"""Labels of the quantities of a network; labels with raised and lowered indices, as LaTeX, and as safe text."""

from __future__ import annotations

import re

Index = int | str
"""The number of a unit, or the letter that stands for it in a sum."""


class UnitLabel(str):
    """The label of a weight, bias, total input, activation, input or target, as the formulas have it: W^(l)_ij.

    symbol  the letter: W, b, z, a, x or y
    layer   the number l of the layer in the superscript
    units   the subscripts: (i, j) for a weight from unit j to unit i of the next layer, else (i,)

    >>> w = UnitLabel("W", 1, (2, 3))
    >>> w, w.layer, w.units
    ('W^(1)_23', 1, (2, 3))
    """

    symbol: str
    layer: int
    units: tuple[int, ...]

    def __new__(cls, symbol: str, layer: int, units: tuple[int, ...]) -> UnitLabel:
        label = super().__new__(cls, quantity_text(symbol, layer, units))
        label.symbol, label.layer, label.units = symbol, layer, units
        return label

    def __getnewargs__(self) -> tuple[str, int, tuple[int, ...]]:  # type: ignore[override]
        return self.symbol, self.layer, self.units


# Notation: no other file writes an index of a layer or a unit. ------------------------------------------------------


def indices(units: tuple[Index, ...]) -> str:
    """Return subscripts as one run of figures, with commas between them where one is above 9.

    >>> indices((2, 3)), indices((12, 3)), indices(("j", 3))
    ('23', '12,3', 'j3')
    """
    return ("," if any(len(str(unit)) > 1 for unit in units) else "").join(map(str, units))


def quantity_text(symbol: str, layer: int, units: tuple[Index, ...]) -> str:
    """Return a quantity of a network as text.

    >>> quantity_text("W", 1, (12, 3)), quantity_text("W", 1, ("j", 3))
    ('W^(1)_{12,3}', 'W^(1)_j3')
    """
    run = indices(units)
    return f"{symbol}^({layer})_" + (f"{{{run}}}" if "," in run else run)


def quantity_latex(symbol: str, layer: int, units: tuple[Index, ...]) -> str:
    r"""Return a quantity of a network as LaTeX mathematics.

    >>> quantity_latex("δ", 2, (1,))
    '\\delta^{(2)}_{1}'
    """
    letter = _GREEK.get(symbol, symbol)
    return f"{letter}^{{({layer})}}_{{{indices(units)}}}"


_RAISED = str.maketrans("()0123456789", "⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("()0123456789", "₍₎₀₁₂₃₄₅₆₇₈₉")


def marks(layer: int, units: tuple[Index, ...]) -> str:
    """Return the indices of a unit or weight: the layer raised, the units lowered.

    >>> marks(2, (12, 3))
    '⁽²⁾₁₂,₃'
    """
    return f"({layer})".translate(_RAISED) + indices(units).translate(_LOWERED)


def operand_marks(number: int | None) -> str:
    """Return the mark of an operand by its number, as in ∂v1/∂x₍₂₎; "" for None.

    >>> operand_marks(2)
    '₍₂₎'
    """
    return "" if number is None else f"({number})".translate(_LOWERED)


def indexed(label: UnitLabel) -> str:
    """Return the label of a quantity of a network with raised and lowered figures.

    >>> indexed(UnitLabel("W", 1, (2, 3)))
    'W⁽¹⁾₂₃'
    """
    return label.symbol + marks(label.layer, label.units)


# Between letters of Persian and of India's scripts, and between parts of an emoji, these join and print nothing.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    r"""Return `text` with what a terminal would obey, such as a newline, and what prints nothing written out.

    >>> visible("a\nb")
    'a\\nb'
    """
    if text.isprintable():
        return text
    shown = []
    for before, sign, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        joins = sign in _JOINERS and (before + after).isprintable() and " " not in before + after
        shown.append(sign if joins or sign.isprintable() else repr(sign)[1:-1])
    return "".join(shown)


def pretty(label: str, name: str) -> str:
    """Return the name of a node, `name`, as pictures write it: that of a unit with raised and lowered indices.

    >>> pretty(UnitLabel("W", 1, (2, 3)), "W^(1)_23#2"), pretty("w", "w#2")
    ('W⁽¹⁾₂₃#2', 'w#2')
    """
    return indexed(label) + name.removeprefix(label) if isinstance(label, UnitLabel) else name


_NAME = re.compile(r"([A-Za-z]|[α-ωΑ-Ω])_?(\d*)")
_GREEK_NAMES = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho sigma tau upsilon varphi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_GREEK = {
    letter: "o" if name == "o" else f"\\{name}"
    for letter, name in zip("αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK_NAMES.split(), strict=True)
}
_COMMANDS = {
    "\\": r"\backslash", "∂": r"\partial", "∇": r"\nabla", "×": r"\times", "·": r"\cdot", "→": r"\rightarrow",
    "←": r"\leftarrow", "…": r"\ldots", "±": r"\pm", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx",
    "∞": r"\infty", "√": r"\surd", "∈": r"\in",
}  # fmt: skip
_RAISED_SIGNS, _LOWERED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "₀₁₂₃₄₅₆₇₈₉₍₎"
# Signs that are not letters of a text: pdflatex has none of those beyond ASCII there, and KaTeX warns of them.
_SIGNS = (
    {sign: f"{command} " for sign, command in (_GREEK | _COMMANDS).items()}
    | {sign: "\\" + sign for sign in "#$%&_{}"}
    | {sign: f"{{}}^{{{plain}}}" for sign, plain in zip(_RAISED_SIGNS, "0123456789()", strict=True)}
    | {sign: f"{{}}_{{{plain}}}" for sign, plain in zip(_LOWERED_SIGNS, "0123456789()", strict=True)}
    | {
        "^": r"{\wedge}",
        "~": r"{\sim}",
        "−": "-",
        "′": "{}'",
        "½": r"\frac{1}{2}",
        "<": "<",
        ">": ">",
        "|": r"\vert ",
        "´": r"\text{'}",
    }
)
_RUN = re.compile("[{0}]|[^{0}]+".format(re.escape("".join(_SIGNS))))


def text_latex(text: str) -> str:
    r"""Return LaTeX mathematics, for MathJax and KaTeX too, that shows `text` as it is typed and runs nothing.

    >>> text_latex("50 % of x_1")
    '\\text{50 }\\%\\text{ of x}\\_\\text{1}'
    """
    pieces = _RUN.findall(visible(text))  # a sign of LaTeX's own is an ordinary one outside of \\text only
    return "".join(_SIGNS.get(piece) or rf"\text{{{piece}}}" for piece in pieces)


def label_latex(label: str) -> str:
    r"""Return a label as LaTeX mathematics: a unit's with its indices, a letter with a subscript, else upright text.

    >>> label_latex(UnitLabel("W", 1, (2, 3))), label_latex("x1"), label_latex("loss")
    ('W^{(1)}_{23}', 'x_{1}', '\\text{loss}')
    """
    if isinstance(label, UnitLabel):
        return quantity_latex(label.symbol, label.layer, label.units)
    if name := _NAME.fullmatch(label):
        letter, digits = name.groups()
        letter = _GREEK.get(letter, letter)
        return f"{letter}_{{{digits}}}" if digits else letter
    return text_latex(label)
