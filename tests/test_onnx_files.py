"""Networks as ONNX files: what two other programs make of them."""

import sys

import pytest

from nn import MLP, load, outputs
from nn.layers import activation_operation
from nn.onnx_files import ACTIVATIONS, to_onnx

X = [[0.5, -1.0, 2.0], [40.0, -3.0, 0.1], [-0.2, 0.3, -25.0], [1e-9, 0.0, -1e-9]]


@pytest.fixture
def packages():
    pytest.importorskip("onnx", reason="ONNX is an extra")
    pytest.importorskip("onnxruntime", reason="onnxruntime is an extra")


@pytest.mark.parametrize("output", [None, "sigmoid", "softmax"])
@pytest.mark.parametrize("activation", [None, *sorted({*ACTIVATIONS} - {"log", "sqrt"})])
@pytest.mark.usefixtures("packages")
def test_two_runtimes_give_our_outputs(activation, output, tmp_path):
    model = MLP(3, [4, 5, 2], activation=activation, output=output, seed=3)
    if activation == "exp":  # of 40 times a weight twice would be inf
        model = MLP(3, [4, 2], activation=activation, output=output, seed=3)
    report = to_onnx(model, tmp_path / "model.onnx", X)
    size = max(abs(number) for row in outputs(model, X) for number in row)
    assert len(report.error) == 2
    for error in report.error.values():
        assert error <= 1e-14 * max(1.0, size)


@pytest.mark.usefixtures("packages")
def test_the_tail_of_sigmoid_and_the_slope_of_leaky_relu_keep_their_digits(tmp_path):
    import onnxruntime

    for activation, z, expected in (("sigmoid", -40.0, 4.248354255291589e-18), ("leaky_relu", -1.0, -0.01)):
        model = MLP(1, [1], output=activation)
        model.layers[0].neurons[0].w[0].data = 1.0
        to_onnx(model, tmp_path / "one.onnx", [[z]])
        session = onnxruntime.InferenceSession(str(tmp_path / "one.onnx"), providers=["CPUExecutionProvider"])
        (((found,),),) = session.run(None, {"X": [[z]]})
        assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.usefixtures("packages")
def test_the_report_and_the_same_bytes_again(tmp_path):
    iris = load("iris")
    model = MLP(4, [6, 3], activation="tanh", output="softmax", seed=1)
    report = to_onnx(model, tmp_path / "iris.onnx", iris.inputs)
    assert report.samples == 150
    assert str(report).startswith("iris.onnx: 64 bits, opset 17; largest difference on 150 samples: ")
    content = report.path.read_bytes()
    to_onnx(model, tmp_path / "iris.onnx")
    assert report.path.read_bytes() == content


@pytest.mark.usefixtures("packages")
def test_what_cannot_be_written_leaves_the_file_there(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("old", encoding="utf-8")
    for activation in ("asin", "erfc"):
        assert activation_operation(activation) is not None
        with pytest.raises(ValueError, match=f"to_onnx: got the activation '{activation}'; accepted: relu, leaky_relu"):
            to_onnx(MLP(2, [3, 1], activation=activation), path)
    with pytest.raises(ValueError, match=r"accepted: a name that ends in \.onnx"):
        to_onnx(MLP(2, [3, 1]), tmp_path / "model.bin")
    assert path.read_text(encoding="utf-8") == "old"


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModuleNotFoundError, match=r"onnx is not installed: pip install 'chainrule\[onnx\]'"):
        to_onnx(MLP(2, [3, 1]), tmp_path / "model.onnx")
