import gzip
import math
import re
import statistics
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from nn import MLP, Dataset, circles, load, moons, outputs, read_csv, spirals, standardized, unstandardized, xor
from nn.datasets import scaling


def test_iris():
    data = load("iris")
    assert data.inputs.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert np.bincount(data.labels).tolist() == [50, 50, 50]
    assert data.inputs[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert data.inputs.mean(axis=0) == pytest.approx([5.843333, 3.057333, 3.758, 1.199333], abs=1e-6)


def test_digits():
    data = load("digits")
    assert data.inputs.shape == (1797, 64)
    assert data.classes == tuple("0123456789")
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 16.0)
    assert np.bincount(data.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_the_numbers_are_those_of_scikit_learn(name):
    datasets = pytest.importorskip("sklearn.datasets", reason="the reference copy is scikit-learn's")
    reference = getattr(datasets, f"load_{name}")()
    data = load(name)
    assert np.array_equal(data.inputs, reference.data)
    assert np.array_equal(data.labels, reference.target)


@pytest.mark.parametrize("make", [moons, circles, spirals, xor])
def test_generators(make):
    data = make(100, seed=3)
    assert data.inputs.shape == (100, 2)
    assert np.bincount(data.labels).tolist() == [50, 50]
    assert np.array_equal(data.inputs, make(100, seed=3).inputs)
    assert not np.array_equal(data.inputs, make(100, seed=4).inputs)
    for samples, noise in ((1, 0.1), (10, -1.0), (10, float("nan"))):
        with pytest.raises(ValueError, match="accepted"):
            make(samples, noise=noise)


def test_shapes_without_noise():
    radius = np.hypot(*circles(40, noise=0.0).inputs.T)
    assert radius == pytest.approx(np.where(circles(40).labels == 1, 0.5, 1.0), rel=1e-12)
    points = moons(40, noise=0.0)
    upper = points.inputs[points.labels == 0]
    assert np.hypot(*upper.T) == pytest.approx(np.ones(20), rel=1e-12)
    lower = points.inputs[points.labels == 1] - [1.0, 0.5]
    assert np.hypot(*lower.T) == pytest.approx(np.ones(20), rel=1e-12)
    square = xor(8, noise=0.0)
    assert np.array_equal(square.inputs[:, 0].astype(int) ^ square.inputs[:, 1].astype(int), square.labels)
    one, two = (spirals(40, noise=0.0).inputs[k::2] for k in (0, 1))
    assert one == pytest.approx(-two, abs=1e-12)


def test_targets_and_split():
    data = load("iris")
    assert data.targets(3).sum(axis=1).tolist() == [1.0] * 150
    assert data.targets(3).argmax(axis=1).tolist() == data.labels.tolist()
    assert xor(4).targets(1).tolist() == [[0.0], [1.0], [0.0], [1.0]]
    with pytest.raises(ValueError, match="2 outputs; accepted: 3 outputs"):
        data.targets(2)
    train, held_out = data.split(0.2, seed=1)
    assert (len(train), len(held_out)) == (120, 30)
    assert np.bincount(held_out.labels).tolist() == [10, 10, 10]
    together = np.vstack([train.inputs, held_out.inputs])
    assert sorted(together.tolist()) == sorted(data.inputs.tolist())
    assert np.array_equal(train.inputs, data.split(0.2, seed=1)[0].inputs)
    scaled, other = standardized(train, held_out)
    assert scaled.inputs.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert scaled.inputs.std(axis=0) == pytest.approx(np.ones(4), rel=1e-12)
    back = other.inputs * train.inputs.std(axis=0) + train.inputs.mean(axis=0)
    assert back == pytest.approx(held_out.inputs, rel=1e-12)
    assert np.isfinite(standardized(load("digits"))[0].inputs).all()  # some pixels never vary
    for fraction in (0.0, 1.0, 0.001):
        with pytest.raises(ValueError, match="held_out"):
            data.split(fraction)


def test_a_csv_of_the_user_s(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('\ufeffheight, weight,kind\r\n1.5,"2",cat\r\n\r\n-1e3, 4 ,"a, b"\r\n', encoding="utf-8")
    data = load(path)
    assert data.features == ("height", "weight")
    assert data.inputs.tolist() == [[1.5, 2.0], [-1000.0, 4.0]]
    assert data.classes == ("a, b", "cat")
    assert data.labels.tolist() == [1, 0]
    assert load(str(path), label="kind").name == "mine.csv"
    path.write_text("digit,x\n10,1\n9,2\n")
    assert read_csv(path, label="digit").classes == ("9", "10")
    packed = tmp_path / "mine.csv.gz"
    packed.write_bytes(gzip.compress(b"x,kind\n1,a\n2,b\n"))
    assert len(load(packed)) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: got 0 columns"),
        ("x\n1\n", "line 1: got 1 columns; accepted: one or more features and a label"),
        ("x|kind\n1|a\n", "a label, separated by ',', ';', tab and not by '|'"),
        (
            "x, y;kind\n1;a\n",
            "line 1: got a header that ',' or ';' may separate; accepted: one of them, and names that",
        ),
        ("x,y\tkind\n", "line 1: got a header that ',' or tab may separate"),
        ("1,5;2;kind\n", "line 1: got a header that ',' or ';' may separate"),
        ("1;2;kind\n1;2;a\n", "line 1: got numbers"),
        ("x;y;kind\n1,5;2.5;a\n", "line 2, column 'y': got '2.5'; accepted: a finite number with a decimal comma, as"),
        (
            "x;y;kind\n1.5;2;a\n1;2,5;b\n",
            "line 3, column 'y': got '2,5'; accepted: a finite number with a decimal point",
        ),
        ("x;kind\n1.234,5;a\n", "line 2, column 'x': got '1.234,5'; accepted: a finite number with a decimal comma"),
        ("x;kind\n1,234,567;a\n", "line 2, column 'x': got '1,234,567'"),
        ("x\tkind\n1,234\ta\n", "line 2, column 'x': got '1,234'; accepted: a finite number with a decimal point or"),
        ("x;kind\nnan;a\n", "line 2, column 'x': got 'nan'"),
        ('x,kind\n"1,5",a\n', "line 2, column 'x': got '1,5'; accepted: a finite number (the label is 'kind')"),
        (
            "x,kind\n1,1\n2,2\n3,1.0\n",
            "line 4, column 'kind': got '1.0', the number that is '1' above; accepted: one way",
        ),
        ("x,kind\n1,-0\n2,a\n3,+0.00\n", "line 4, column 'kind': got '+0.00', the number that is '-0' above"),
        ("x;kind\n1,5;1,0\n2,5;1\n", "line 3, column 'kind': got '1', the number that is '1,0' above"),
        ("1,2,a\n3,4,b\n", "line 1: got numbers"),
        ("x,x,kind\n", "line 1, column 2: the name 'x' a second time"),
        ("x,,kind\n", "line 1, column 2: no name"),
        ("x,kind\n", "no samples"),
        ("x,y,kind\n1,2,a\n1,a\n", "line 3: got 2 columns; the header has 3"),
        (
            "x,y,kind\n1,2,a\n1,zwei,a\n",
            "line 3, column 'y': got 'zwei'; accepted: a finite number (the label is 'kind')",
        ),
        ("x,y,kind\n1,,a\n", "line 2, column 'y': got ''"),
        ("x,y,kind\n1,nan,a\n", "line 2, column 'y': got 'nan'"),
        ("x,y,kind\n1,1e999,a\n", "line 2, column 'y': got '1e999'"),
        ("x,y,kind\n1,1_0,a\n", "line 2, column 'y': got '1_0'"),  # a number in Python alone
        ("x,y,kind\n1,2,\n", "line 2, column 'kind': got no label"),
        ('x,kind\n1,"a\n', "CSV file"),
        ("x,id\n" + "".join(f"1,{k}\n" for k in range(1001)), "1,001 different labels"),
        (",".join(f"c{k}" for k in range(10_001)) + "\n", "10,001 columns"),
    ],
)
def test_a_csv_with_a_fault(tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"mine\.csv") as raised:
        read_csv(path)
    assert message in str(raised.value)


def test_files_that_are_no_csv(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(b"x,kind\n\xff\xfe,a\n")
    with pytest.raises(ValueError, match="UTF-8"):
        read_csv(path)
    packed = tmp_path / "mine.csv.gz"
    packed.write_bytes(b"x,kind\n1,a\n")
    with pytest.raises(ValueError, match="CSV file"):
        read_csv(packed)
    path.write_text("x,kind\n1,a\n")
    with pytest.raises(ValueError, match="no column 'species'; it has 'x', 'kind'"):
        read_csv(path, label="species")
    with pytest.raises(ValueError, match="'iriss'; accepted: iris, digits"):
        load("iriss")
    with pytest.raises(FileNotFoundError, match="missing"):
        load(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("moons", r"load: 'moons' is not a file; nn.moons\(...\) makes such data"),
        (
            "iri",
            r"load: got 'iri'; accepted: iris, digits or the path of a CSV file with a header; did you mean 'iris'\?",
        ),
        ("spiral", "did you mean 'spirals'"),
        ("flowers", "load: got 'flowers'; accepted: iris"),
    ],
)
def test_names_of_no_data(name, message):
    with pytest.raises(ValueError, match=message):
        load(name)


def test_a_label_is_that_of_a_file():
    with pytest.raises(ValueError, match="label: got 'x' for iris; accepted: the column of a CSV file"):
        load("iris", "x")


@pytest.mark.parametrize("seed", [-1, None, 1.5, "x"])
def test_a_seed_is_a_whole_number(seed):
    for use in (lambda: moons(10, seed=seed), lambda: xor(10).split(seed=seed)):
        with pytest.raises(ValueError, match=f"^seed: got {seed!r}; accepted: a whole number, 0 or more$"):
            use()


@pytest.mark.parametrize("samples", [10.5, "x", None, 1])
def test_samples_are_a_whole_number(samples):
    with pytest.raises(ValueError, match=f"^samples: got {samples!r}; accepted: a whole number, 2 to"):
        moons(samples)


def test_data_of_other_features_are_not_standardized_together():
    with pytest.raises(ValueError, match=r"standardized: got <xor: 4 samples, 2 features.*as many features"):
        standardized(load("iris"), xor(4))
    with pytest.raises(TypeError, match=r"^standardized: got \[1\.0, 2\.0\]; accepted: a Dataset"):
        standardized([1.0, 2.0])


# Other separators, decimal commas, classes that are numbers -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "features", "inputs", "classes"),
    [
        ("x;y;kind\n1,5;-2;a, b\n,5;3,25e2;c\n", ("x", "y"), [[1.5, -2.0], [0.5, 325.0]], ("a, b", "c")),
        ("x;y;kind\n1.5;2;a\n", ("x", "y"), [[1.5, 2.0]], ("a",)),
        ("x;kind\n1,234;a\n", ("x",), [[1.234]], ("a",)),  # a comma that does not separate columns is the decimal mark
        ("x\tkind\n1.234\ta;b\n", ("x",), [[1.234]], ("a;b",)),
        ("x\tkind\n1,5\ta\n1,234\tb\n", ("x",), [[1.5], [1.234]], ("a", "b")),
        ("\n\r\nx;kind\n1;a\n", ("x",), [[1.0]], ("a",)),
        ('"x, in m";"kind; of it"\n1;a\n', ("x, in m",), [[1.0]], ("a",)),
        ('"x;y",kind\n1,a\n', ("x;y",), [[1.0]], ("a",)),
        ('"x\ny",kind\n1,a\n', ("x\ny",), [[1.0]], ("a",)),
    ],
)
def test_the_header_tells_the_separator(tmp_path, text, features, inputs, classes):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    data = read_csv(path)
    assert (data.features, data.inputs.tolist(), data.classes) == (features, inputs, classes)


def test_classes_are_in_the_order_of_their_numbers(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("x;kind\n1;10\n1;9,5\n1;b\n1;-1\n1;a\n1;nan\n")
    assert read_csv(path).classes == ("-1", "9,5", "10", "a", "b", "nan")
    path.write_text("x,ge\u0301nero\n1,e\u0301\n2,\u00e9\n", encoding="utf-8")  # é as two signs and as one
    assert read_csv(path, label="g\u00e9nero").classes == read_csv(path, label="ge\u0301nero").classes == ("\u00e9",)
    path.write_text("1_0,kind\n1,1_0\n1,9\n1,10\n")  # and 1_0 is a name: of a column, and of another class than 10
    assert read_csv(path).classes == ("9", "10", "1_0")
    path.write_text("x,kind\n1,10000000000000001\n2,10000000000000000\n")  # two numbers, which are one float
    assert read_csv(path).classes == ("10000000000000000", "10000000000000001")


@pytest.mark.parametrize("label", [0, 1, None, False, 0.0, b"y", ["y"]])
def test_a_label_is_a_string(tmp_path, label):
    path = tmp_path / "mine.csv"
    path.write_text("y,a\n1,2\n")
    for read in (load, read_csv):
        with pytest.raises(TypeError, match=re.escape(f"label: got {label!r}; accepted: the name of a column")):
            read(path, label=label)
    with pytest.raises(TypeError, match=re.escape(f"label: got {label!r}")):
        load("iris", label)
    with pytest.raises(TypeError, match="load: got 5; accepted: iris, digits or the path of a CSV file"):
        load(5)


def test_names_that_a_terminal_would_obey_are_spelled_out(tmp_path):
    path = tmp_path / "a\x1b[2J.csv"
    path.write_text("x,kind\n1,a\n")
    data = read_csv(path)
    assert repr(data) == r"<a\x1b[2J.csv: 1 samples, 1 features, 1 classes>"
    with pytest.raises(ValueError, match=r"^a\\x1b\[2J\.csv: got a network of 2 outputs"):
        data.targets(2)
    with pytest.raises(ValueError, match=r"^a\\x1b\[2J\.csv: got 1 features for a network of 2 inputs"):
        unstandardized(MLP(2, [1]), data)
    for text in ("x\x1b\n", "x,x\x1b,x\x1b,k\n", "x\x1b,k\n\x9b,a\n", "x,k\x1b\n1,\n", "\x00", "x;k\x1b\n1;1\n2;1.0"):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"a\\x1b\[2J\.csv") as error:
            read_csv(path)
        assert str(error.value).isprintable()


# Columns that do not vary, and columns of huge numbers ----------------------------------------------------------------


def columns(*of):
    return Dataset(np.array(of, dtype=np.float64).T, np.zeros(len(of[0]), dtype=np.intp), ("x",) * len(of), ("a",), "d")


def difference(model, data):
    """The largest difference of a total input of the first layer, there and back."""
    (scaled,), twin = standardized(data), unstandardized(model, data)
    there, here = outputs(model, scaled.inputs.tolist()), outputs(twin, data.inputs.tolist())
    return float(np.abs(np.array(there) - np.array(here)).max())


@pytest.mark.parametrize(
    "column",
    [
        *(np.full(20, c) for c in (0.1, 0.3, 1 / 3, 0.5, 0.0, -12.7, 1e-300, -5e-324, 123.456)),
        *(np.full(m, 0.1) for m in (1, 2, 3, 1000)),
        np.array([0.1 + 0.2, 0.3] * 10),
        np.array([k * 0.1 / k for k in range(1, 100)]),
        np.array([0.1 * k - 0.1 * (k - 1) for k in range(2, 12)]),
    ],
)
def test_a_column_that_is_constant_up_to_rounding_is_only_shifted(column):
    preprocessing = pytest.importorskip("sklearn.preprocessing", reason="the reference is scikit-learn's")
    assert preprocessing.StandardScaler().fit(column[:, None]).scale_.tolist() == [1.0]
    data = columns(column, np.arange(len(column)) % 7)
    scaled, later = standardized(data, replace(data, inputs=data.inputs + 0.5))
    spread = np.ptp(column)
    assert np.abs(scaled.inputs[:, 0]).max() <= spread
    assert later.inputs[:, 0] == pytest.approx(np.full(len(column), 0.5), abs=1e-13)
    model = MLP(2, [3], seed=5)
    assert difference(model, data) < 1e-12
    assert [n.w[0].data for n in unstandardized(model, data).layers[0].neurons] == [
        n.w[0].data for n in model.layers[0].neurons
    ]


def test_a_huge_column_that_does_not_vary_is_only_shifted():
    for number in (1e200, -1.7e308):  # of which scikit-learn's squares overflow
        data = columns(np.full(20, number))
        assert standardized(data)[0].inputs.tolist() == [[0.0]] * 20


@pytest.mark.parametrize(
    "column",
    [
        [-1.7e308, 1.7e308],
        [1.7e308, -1.7e308, -1.7e308],
        [1e200, 2e200, 4e200],
        [1.79e308, 1.78e308, 1.2e308, 1.1e308],
        [1e-200, 2e-200, 4e-200],
        [1e-310, 2e-310, 4e-310],
        [1e155, -1e-155, 3.0],
        [1e8, 1e8 + 1, 1e8 + 3],
        [0.1, 0.1 + 1e-9],
        [5.1, 4.9, 4.7],
    ],
)
def test_a_column_of_any_size_is_scaled(column):
    data = columns(column)
    (mean,), (scale,) = scaling(data)
    exact = [Fraction(x) for x in column]
    middle = sum(exact) / len(exact)
    variance = sum((x - middle) ** 2 for x in exact) / len(exact)
    assert mean == pytest.approx(float(middle), rel=1e-15)
    error = abs(Fraction(scale) ** 2 / variance - 1)
    assert error < (1e-6 if max(column) < 1e-300 else 1e-12)  # subnormal numbers have few digits
    found = standardized(data)[0].inputs[:, 0]
    assert statistics.fmean(found) == pytest.approx(0.0, abs=1e-7)
    assert statistics.pstdev(found) == pytest.approx(1.0, rel=1e-7)


@pytest.mark.parametrize(
    "column", [[-1.7e308, 1.7e308, 0.0], [1e200, 2e200, 4e200], [1.79e308, 1.2e308, 1.1e308], [5.1, 4.9, 4.7]]
)
def test_a_model_of_huge_numbers_comes_back_from_the_standardized_ones(column):
    assert difference(MLP(2, [3], seed=5), columns(column, [1.0, 2.0, 4.0])) < 1e-12


@pytest.mark.parametrize("column", [[1e300, 1e300, 1e300], [-1e17, -1e17, 3e3 - 1e17]])
def test_a_column_beside_which_nothing_is_left_is_refused(column):
    """Its bias would have no digits for the other columns: the model would say something else."""
    with pytest.raises(ValueError, match=r"unstandardized: 'x' is so large, -?1e\+\d+ ± .*data without that column"):
        unstandardized(MLP(2, [3], seed=5), columns(column, [1.0, 2.0, 4.0]))


def test_a_weight_that_no_float_can_be_is_refused():
    with pytest.raises(
        ValueError, match=r"unstandardized: 'x' varies by 5e-324 only, so that W\^\(1\)_11 / σ is out of"
    ):
        unstandardized(MLP(1, [1], seed=1), columns([0.0, 5e-324, 1e-323]))


@pytest.mark.parametrize("column", [[], [1.0, math.inf], [math.nan, 1.0]])
def test_data_without_a_mean_are_refused(column):
    with pytest.raises(
        ValueError, match=r"^standardized: got <d: .*, of which a mean is not finite; accepted: samples of"
    ):
        standardized(columns(column))
