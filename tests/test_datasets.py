import gzip

import numpy as np
import pytest

from nn import circles, load, moons, read_csv, spirals, standardized, xor


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
        ("x;kind\n1;a\n", "a label, separated by ',' and not by ';'"),
        ("x\ty\tkind\n", r"a label, separated by ',' and not by '\t'"),
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
        ("moons", r"load: 'moons' is no file; nn.moons\(...\) makes such data"),
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
