"""Array programs as text, and their reports."""

import os
import subprocess
import sys

import numpy as np
import pytest
from programs import assert_close, assert_text_is_true, gradients, two_layers
from scalar_graphs import MicroGpt

from autograd import Value
from autograd.graph import topological_order
from autograd.vectorize import vectorize


def test_the_printed_program_is_the_matrix_formulas():
    """Samples are rows, so the formulas read transposed: Z = A Wᵀ + b, ∇_W J = (1/m) Δᵀ A + λ W, Δ = (Δ W) ⊙ f′."""
    _, program = two_layers(decay_rate=0.01)
    assert str(program) == (
        "m = len(X)\n"
        "Z2 = X @ W1.T + b1\n"
        "A2 = tanh(Z2)\n"
        "Z3 = A2 @ W2.T + b2\n"
        "D3 = Z3 - Y\n"
        "J = 0.5 * (D3 * D3).sum() / m + 0.005 * ((W1 * W1).sum() + (W2 * W2).sum())\n"
        "\n"
        "db2 = D3.sum(axis=0) / m\n"
        "dW2 = D3.T @ A2 / m + 0.01 * W2\n"
        "D2 = (D3 @ W2) * (1 - A2 * A2)\n"
        "db1 = D2.sum(axis=0) / m\n"
        "dW1 = D2.T @ X / m + 0.01 * W1\n"
    )


def test_the_worked_layer():
    """Three units, two features, two samples as columns, entry by entry: Z = W X + b 1ᵀ."""
    w = [[Value(float(i - j), label=f"W_{i}{j}") for j in range(2)] for i in range(3)]
    b = [Value(0.5 * i, label=f"b_{i}") for i in range(3)]
    x = [[Value(1.0 + j + 3 * k, label=f"X_{j}{k}") for k in range(2)] for j in range(2)]
    z = [[w[i][0] * x[0][k] + w[i][1] * x[1][k] + b[i] for k in range(2)] for i in range(3)]
    for i, row in enumerate(z):
        for k, node in enumerate(row):
            node.label = f"Z_{i}{k}"
    program = vectorize([node for row in z for node in row], {"X": x}, {"W": w, "b": b})
    assert str(program) == "Z = W @ X + b[:, None]\n"
    found = program([[1.0, 4.0], [2.0, 5.0]]).reshape(3, 2)
    assert found.tolist() == [[node.data for node in row] for row in z]


def test_names_from_labels_are_identifiers_of_their_own():
    x = [Value(1.0, label=label) for label in ("exp", "lambda", "a b", "m", "x;import os", "é")]
    root = x[0].exp() * x[1] + x[2] / x[3] - x[4] ** 2 + x[5].sin()
    program = vectorize(root, parameters={x[k].label: [x[k]] for k in range(6)})
    compile(str(program), "", "exec")
    assert "import os" not in str(program)
    assert program.to("numpy")(program.parameters) == pytest.approx(root.data, rel=1e-12)


def test_every_gradient_has_a_line_and_the_name_of_its_parameter():
    """Without labels, and where a gradient is an input, a residual, or that of another parameter too."""
    w = [[Value(0.1 * i - 0.2 * j) for j in range(3)] for i in range(4)]
    b, v, x = [Value(0.5) for _ in w], [Value(0.1) for _ in w], [Value(1.0) for _ in range(3)]
    a = [sum((p * q for p, q in zip(row, x, strict=True)), bias).tanh() for row, bias in zip(w, b, strict=True)]
    program = vectorize(sum(p * q for p, q in zip(v, a, strict=True)), inputs=[x])
    assert_text_is_true(program, x1=np.array([[1.0, 2.0, -0.5], [0.5, 0.0, 1.0]]))
    assert {line.split()[0] for line in program.report().splitlines()} >= {"p", "p_2", "p_3"}

    w, b, c, x = (Value(0.5, label=label) for label in "wbcx")
    assert str(vectorize(w * x, parameters={"w": w, "x": x})) == "J = w * x\n\ndw = x\ndx = w\n"
    text = str(vectorize((w * x + 3.0 * b + c).tanh(), {"x": x}, {"w": w, "b": b, "c": c}))
    assert {line.split()[0] for line in text.splitlines()[-3:]} == {"dw", "db", "dc"}
    text = str(vectorize((w * x + b + c).tanh(), {"x": x}, {"w": w, "b": b, "c": c}))
    assert text.endswith("dc = db\n")


def test_arrays_of_one_name():
    """They are numbered, in the text as in ``program[name]``; none is lost."""
    w = [Value(0.3 * k, label=f"h_{k}") for k in range(3)]
    for row in (first := [(v * 2.0 + 1.0) for v in w]), (second := [v.tanh() * 3.0 + 1.0 for v in first]):
        for node in row:
            node.label = "h"
    program = vectorize(sum(v.sin() for v in second), parameters={"h": w})
    assert list(program.residuals()) == ["dh_2", "dh_3"]
    program.value_and_grad()
    for name, nodes in (("h", w), ("h_2", first), ("h_3", second)):
        assert f"{name} = " in str(program) or name == "h"
        assert program[name].tolist() == [node.data for node in nodes]
    J = Value(3.0, label="J")
    program = vectorize(J * J, parameters={"J": J})
    assert str(program) == "J_2 = J * J\n\ndJ = 2 * J\n"
    assert (program(), program["J"]) == (9.0, 3.0)
    with pytest.raises(ValueError, match="'J' is the name of another array"):
        vectorize(J * w[0], {"J": J}, {"J": w[0]})


def test_one_value_as_input_is_a_number():
    x = Value(2.0, label="x")
    program = vectorize(x * x, x)
    assert program(3.0) == 9.0
    assert program([3.0, 4.0]).tolist() == [9.0, 16.0]


def test_a_sum_written_with_minus_is_one_sum():
    """Costs are written J = J - log p, and energies E = E - 1 / r: that is no statement for each term."""

    def cost(terms):
        w, J = Value(0.5, "w"), 0.0
        for k in range(terms):
            J = J - (w * (0.1 * k)).tanh() if k % 3 else J + 0.7 * k - (w - 0.2 * k).exp()
        return J, w

    J, w = cost(9)
    J.backward()
    program = vectorize(J, parameters=[w])
    found, gradients = program.value_and_grad()
    assert found == pytest.approx(J.data, rel=1e-14)
    assert gradients["w"] == pytest.approx(w.grad, rel=1e-14)
    longer, w = cost(90)
    assert len(str(vectorize(longer, parameters=[w])).splitlines()) == len(str(program).splitlines())


def test_a_difference_is_printed_as_one():
    """No −(−x), x + (−y), (−x) y or x (1 / y) is left that a person would not have written."""
    x, y, w = Value(0.7, "x"), Value(1.0, "y"), Value(0.4, "w")
    p = (w * x).sigmoid()
    source = str(vectorize(-(y * p.log() + (1 - y) * (1 - p).log()), {"x": x, "y": y}, {"w": w}))
    assert "dw = ((t2 / t3 - y / t1) * (t1 * (1 - t1)) * x).sum() / m" in source


def test_products_parts_and_numbers_are_printed_as_a_person_writes_them():
    w, x, b, y = [Value(0.1), Value(0.2)], [Value(1.0), Value(2.0)], Value(0.0), Value(0.5)
    z = w[0] * x[0] + w[1] * x[1] + b
    source = str(vectorize((z - y) ** 2.0, {"X": x, "y": y}, {"w": w, "b": b}))
    assert "X @ w + b - y" in source  # not w @ X.T
    c, t = [Value(0.1 * k, f"c_{k}") for k in range(3)], Value(0.3, "t")
    source = str(vectorize((c[0] + c[1] * t + c[2] * t**2.0).exp(), {"t": t}, {"c": c}))
    assert "dc = stack([" in source  # not zeros with a number placed in each
    data, a = [0.3, -0.1, 0.8], Value(2.0, "a")
    terms = [(a * number).exp() for number in data]
    source = str(vectorize(terms[0] + terms[1] + terms[2], parameters=[a]))
    assert source.startswith("# c1: array([0.3, -0.1, 0.8])\n")
    assert "da = " in source
    assert "place" not in source


def test_the_same_added_up_is_a_product():
    x, y, rows = Value(2.0, "x"), Value(3.0, "y"), [[Value(0.1), Value(0.7)], [Value(-0.4), Value(0.2)]]
    assert str(vectorize(x + x, parameters=[x])) == "J = 2 * x\n\ndx = 2\n"
    assert str(vectorize(x * y + x * y, (), {"x": x, "y": y})).startswith("J = 2 * (x * y)\n")
    weights = [z.exp() / sum(t.exp() for t in row) for row in rows for z in row]  # the sum once more for each z
    root = weights[0] * weights[1].tanh() - weights[2] * weights[3]
    program = vectorize(root, (), {"X": rows})
    assert str(program).split("\n")[1:3] == ["t1 = exp(X)", "t2 = t1 / t1.sum(axis=1)[:, None]"]
    assert "broadcast_to" not in str(program)
    assert_close(program.value_and_grad()[0], root.data)
    assert_close(program.gradient, gradients(root, rows[0] + rows[1]))
    program = vectorize(x.maximum(x).maximum(x) * y, (), {"x": x, "y": y})
    assert str(program) == "J = x * y\n\ndx = y\ndy = x\n"


def test_the_largest_of_each_column_is_that_along_the_rows():
    """No matrix is transposed for it."""
    w, x = [[Value(0.1 * i - 0.3 * j) for j in range(3)] for i in range(4)], [Value(0.2 * k) for k in range(4)]
    columns = [[(v + a).sin() for v, a in zip(column, x, strict=True)] for column in zip(*w, strict=True)]
    root = sum(
        (column[0].maximum(column[1]).maximum(column[2]).maximum(column[3]).exp() for column in columns), w[0][0]
    )
    program = vectorize(root, [x], {"W": w})
    assert "amax(t1, axis=1)" in str(program)
    assert "transpose" not in str(program)
    assert_close(program([a.data for a in x]), root.data)
    assert_text_is_true(program, x1=np.array([[0.1, 0.5, -0.2, 0.3], [1.0, 0.0, 0.0, 1.0]]))


def test_what_the_cost_is_computed_from_has_no_name_of_a_gradient():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    source = str(vectorize((x * 2.0).sin() + x * y * 2.0, (), {"x": x, "y": y}))
    assert source.startswith("t1 = 2 * x\nJ = sin(t1) + 2 * (x * y)\n")
    assert source.endswith("dy = t1\n")


def test_the_cost_of_a_batch_has_the_label_of_the_root():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    J = (w * x).tanh()
    J.label = "J"
    program = vectorize(J, {"x": x}, {"w": w})
    cost, _ = program.value_and_grad([1.0, 2.0])
    assert program["J"] == cost


def test_a_program_at_the_prompt_says_what_it_is():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    program = vectorize((w * x).tanh(), {"x": x}, {"w": w})
    assert repr(program) == "<program of 4 nodes; inputs: x (); parameters: w (); print it to read it>"


def test_the_report():
    _, program = two_layers()
    report = program.report()
    nodes = len({n for root in program.roots for n in topological_order(root)})
    assert report.startswith(f"{nodes} scalar nodes, ")
    *table, note = report.splitlines()
    assert note.startswith("tanh: the derivative is computed from the input where ")
    rows = {line.split()[0]: line for line in table[2:]}
    assert "matrix product" in rows["Z2"]
    assert "(m, 3)" in rows["Z2"]
    assert "elementwise" in rows["A2"]
    assert "parameter" in rows["W1"]
    assert sum(int(line.split()[-1].replace(",", "")) for line in table[2:]) == nodes


def test_the_same_text_in_every_process():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from scalar_graphs import MicroGpt\nfrom autograd.vectorize import vectorize\n"
        "g = MicroGpt(vocabulary=5, channels=4, heads=2)\n"
        "p = vectorize(g.loss([0, 1, 3, 0]), parameters=g.parameters)\n"
        "p.value_and_grad(); print(p, p.report(), p.gradient.tobytes().hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1


def test_the_first_position_of_a_transformer_is_one_of_many():
    """Its attention is to itself alone: a softmax over one element, and a product where others have a sum of them."""
    for tokens in ([0, 1, 3, 2, 4, 0], [0, 1, 3, 2, 4, 1, 0, 3]):
        model = MicroGpt(vocabulary=5, channels=4, heads=2)
        J = model.loss(tokens)
        program = vectorize(J, parameters=model.parameters)
        assert str(program).count("relu(") == 1
        assert_close(program.value_and_grad()[0], J.data)
        assert_close(program.gradient, gradients(J, program.nodes))
