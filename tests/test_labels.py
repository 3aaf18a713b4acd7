import copy
import pickle

import pytest

from autograd.labels import UnitLabel, label_latex, text_latex


@pytest.mark.parametrize(
    ("symbol", "layer", "units", "text", "latex"),
    [
        ("W", 1, (2, 3), "W^(1)_23", "W^{(1)}_{23}"),
        ("W", 2, (12, 3), "W^(2)_{12,3}", "W^{(2)}_{12,3}"),
        ("b", 1, (2,), "b^(1)_2", "b^{(1)}_{2}"),
        ("z", 3, (16,), "z^(3)_16", "z^{(3)}_{16}"),
    ],
)
def test_a_unit_label_is_what_formulas_writes(symbol, layer, units, text, latex):
    label = UnitLabel(symbol, layer, units)
    assert (label, label_latex(label)) == (text, latex)
    assert (label.symbol, label.layer, label.units) == (symbol, layer, units)


def test_a_unit_label_survives_copy_and_pickle():
    label = UnitLabel("a", 2, (7,))
    for other in (copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
        assert (other, type(other), other.layer, other.units) == (label, UnitLabel, 2, (7,))


@pytest.mark.parametrize(
    ("label", "latex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_12", "x_{12}"),
        ("α", r"\alpha"),
        ("λ2", r"\lambda_{2}"),
        ("learning rate", r"\text{learning rate}"),
        ("50 % of {x_1}", r"\text{50 }\%\text{ of }\{\text{x}\_\text{1}\}"),
        ("\\input{f}", r"\backslash \text{input}\{\text{f}\}"),
    ],
)
def test_labels_as_latex(label, latex):
    assert label_latex(label) == latex


def test_signs_stand_outside_of_text_and_control_characters_are_spelled():
    assert text_latex("$#&~^") == r"\$\#\&{\sim}{\wedge}"
    assert text_latex("a\n\x1b") == r"\text{a}\backslash \text{n}\backslash \text{x1b}"
    assert text_latex("") == ""
