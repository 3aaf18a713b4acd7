import math
import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import nn
from autograd import __version__
from autograd.cli import main
from autograd.cli.formulas import OPTIONS
from autograd.expressions import parse

NEURON = ["tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]


def run(capsys, *arguments: str) -> str:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def fails(capsys, *arguments: str) -> str:
    """The line that a wrong command writes, above one to copy."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    out, err = capsys.readouterr()
    assert out == ""
    message, example, end = err.split("\n")
    assert message.startswith("chainrule: ")
    assert example.startswith("chainrule ")
    assert end == ""
    return message


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from autograd.cli import main; sys.exit(main())", *arguments],
        env=os.environ | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )


# explain ----------------------------------------------------------------------------------------------------------


def test_explain_a_leaf(capsys):
    assert run(capsys, "explain", "x", "x=2").startswith("x = 2\n\nforward\n")


def test_explain(capsys):
    out = run(capsys, "explain", *NEURON)
    assert out.startswith("J = tanh(w*x + b) = 0.7064193204\n")
    forward, backward, gradients = out.split("\n\n")[1:4]
    assert re.findall(r"^ +\d+  (\S+)", forward, re.M) == ["v1", "v2", "J"]
    assert re.findall(r"^ +\d+  (\S+) +(\S+)", backward, re.M) == [
        ("J", "v2"),
        ("v2", "v1"),
        ("v2", "b"),
        ("v1", "w"),
        ("v1", "x"),
    ]
    root, leaves = parse(NEURON[0], w=-3, x=2, b=6.88)
    root.backward()
    shown = dict(re.findall(r"^(\w+) +\S+ +(\S+)$", gradients, re.M))
    assert {name: float(shown[name]) for name in "wxb"} == {name: float(f"{leaves[name].grad:.6g}") for name in "wxb"}
    assert max(map(len, out.splitlines())) < 80


def test_every_step_is_shown_within_80_columns(capsys):
    text = "+".join(f"sigmoid(x{i}*x{i + 1})" for i in range(60))
    out = run(capsys, "explain", text, *(f"x{i}={(-1) ** i * 0.12345}" for i in range(61)))
    assert "not shown" not in out
    assert max(map(len, out.splitlines()[1:])) < 80
    backward = out.split("\n\n")[2]
    steps = [int(number) for number in re.findall(r"^ *(\d+)  ", backward, re.M)]
    assert steps == list(range(1, 299))


def test_numbers_and_expressions_that_begin_with_a_minus(capsys):
    assert "J = -x**2 = -9" in run(capsys, "explain", "-x**2", "x=-3")
    assert "= 3" in run(capsys, "explain", "--x", "x=3")
    assert "J = x*pi" in run(capsys, "explain", "x*pi", "x=-pi/2")


def test_two_dashes_end_the_options(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "J = -x = 3" in run(capsys, "explain", "--", "-x", "x=-3")
    assert "J = x = -3" not in run(capsys, "explain", "x", "--", "x=-3")
    assert run(capsys, "draw", "-o", "a.svg", "--", "-x*x", "x=-3") == "wrote a.svg\n"
    Path("-a.csv").write_text("x,kind\n" + "1,a\n2,b\n" * 5)
    assert "10 samples" in run(capsys, "train", "--epochs", "1", "--", "-a.csv")


def test_a_leaf_of_the_name_of_the_root(capsys):
    assert "J#2 = J*J = 4" in run(capsys, "explain", "J*J", "J=2")
    assert run(capsys, "explain", "h = w*x; J = h**2;", "w=2", "x=3").startswith("J = h**2 = 36\n")


def test_what_is_not_finite_is_explained(capsys):
    out = run(capsys, "explain", "sqrt(x)", "x=0")
    assert "backward: J hands inf back to x" in out
    assert "forward: x is nan" in run(capsys, "explain", "x*2", "x=nan")


# Errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "the following arguments are required: command"),
        (["--verson"], "unrecognized arguments: --verson"),
        (["fly"], "fly"),
        (["explain"], "expression"),
        (["explain", "x.y", "x=1"], "column 1: 'x.y' is not accepted"),
        (["explain", "__import__('os').system('true')"], "column 1"),
        (["explain", "x*y", "x=1"], "'y' is not given"),
        (["explain", "x", "x=1", "y=2"], "'y' is given but not in the expression"),
        (["explain", "x", "x=one"], "'x'"),
        (["explain", "x", "x"], "name=number"),
        (["explain", "x", "x=1", "x=2"], "twice"),
        (["explain", "x*y", "x=1,", "y=2"], "'x=1,' ends with a comma"),
        (["explain", "log(x)", "x=-1"], "log(x = -1.0)"),
        (["explain", "1/x", "x=0"], "division by zero"),
        (["explain", "1+1"], "no name"),
        (["explain", "x", "x=1", "--frobnicate"], "--frobnicate"),
        (["explain", "x\n\x1b[31m", "x=1"], "line 2, column 1"),
        (["draw", "x*x", "x=2", "-o", "graph.xyz"], "graph.xyz"),
        (["draw", "x*x", "x=2", "-o", "missing/graph.svg"], "missing: no such folder"),
        (["play", "x*x", "x=2", "-o", "missing/lesson.html"], "missing: no such folder"),
        (["lesson", "a = x*x; a^2", "x=2"], "chainrule: column 10: 'a^2' is not accepted; write ** for a power"),
        (["play", "x*x", "x=2", "-o", "lesson.txt"], "got 'lesson.txt'; accepted: a name that ends in .html"),
        (["play", "x*x", "x=2", "-o", "."], "got '.'; accepted: a name that ends in .html"),
        (["train", "missing.csv"], "missing.csv"),
        (["train", "irises"], "irises"),
        (["train", "iri"], "did you mean 'iris'?"),
        (["train", "iris", "--label", "x"], "--label: got 'x' for iris; accepted: the column of a CSV file"),
        (["train", "moons", "--label", "x"], "--label: got 'x' for moons; accepted: the column of a CSV file"),
        (["train", "iris", "--epochs", "0"], "--epochs: got '0'; accepted"),
        (["train", "iris", "--hidden", "none"], "none"),
        (["train", "iris", "--hidden", "8,0"], "got '8,0'; accepted: a whole number, 1 or more, or several"),
        (["train", "iris", "--learning-rate", "0"], "learning_rate: got 0.0"),
        (["train", "iris", "--batch-size", "0"], "--batch-size: got '0'"),
        (["train", "iris", "--activation", "swish"], "activation: got 'swish'; accepted: None, softmax, "),
        (["train", "iris", "--target", "x"], "--target: got 'x' for iris; accepted: the column of a CSV file"),
        (["train", "missing.csv", "--target", "x", "--label", "y"], "--label and --target: got both"),
        (["train", "moon"], "accepted: iris, digits, moons, circles, spirals, xor, or a CSV file with a header; did"),
        (["predict", "missing.json", "rows.csv"], "missing.json"),
        (
            ["predict", "model.json", "rows.csv", "-o", "found.txt"],
            "got 'found.txt'; accepted: a name that ends in .csv",
        ),
        (["completion", "fish"], "fish"),
        (["train", "iris", "-o", "missing/model.json"], "missing: no such folder"),
        (["train", "iris", "-o", "model.txt"], "got 'model.txt'; accepted: a name that ends in .json"),
    ],
)
def test_errors_are_one_line_and_one_to_copy(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert words in fails(capsys, *arguments)
    assert os.listdir(tmp_path) == []


# Files ------------------------------------------------------------------------------------------------------------


def test_draw(capsys, tmp_path):
    path = tmp_path / "graph.svg"
    assert run(capsys, "draw", *NEURON, "-o", str(path)) == f"wrote {path}\n"
    svg = path.read_text(encoding="utf-8")
    assert "<svg" in svg
    assert "tanh" in svg


def test_play(capsys, tmp_path):
    path = tmp_path / "lesson.html"
    assert run(capsys, "play", *NEURON, "-o", str(path)).startswith(f"wrote {path}")
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!")
    assert len(page.encode()) < 200_000


# train and demo ---------------------------------------------------------------------------------------------------


def test_train_iris(capsys, tmp_path):
    path = tmp_path / "model.json"
    out = run(capsys, "train", "iris", "-o", str(path))
    assert float(re.search(r"held-out samples: (\S+) %", out)[1]) >= 93.0
    assert "δ^(3)_1" in out
    assert "∂J/∂W^(1)_11" in out
    assert max(map(len, out.replace(str(path), "model.json").splitlines())) < 100
    assert out.endswith("its outputs are the probabilities of setosa, versicolor, virginica\n")
    model = nn.load_model(path)
    assert model.sizes == [4, 8, 3]
    assert nn.accuracy(model, nn.load("iris")) > 0.93  # as the data are, not standardized as they were trained on


def test_the_same_seed_trains_the_same(capsys, tmp_path):
    models = []
    for name, lang in (("a.json", "en"), ("b.json", "zh")):
        asked = ["--epochs", "2", "--seed", "3", "--lang", lang, "-o", str(tmp_path / name)]
        out = run(capsys, "train", "xor", *asked).replace(str(tmp_path), "")
        models.append((tmp_path / name).read_bytes())
    assert models[0] == models[1]
    known = (
        "xor activation tanh output softmax seed json load model chainrule predict"  # as Python and the shell write it
    )
    assert set(re.findall(r"[a-z]{3,}", out)) == set(known.split())


def test_train_on_a_file(capsys, tmp_path):
    path = tmp_path / "points.csv"
    rows = [f"{'left' if i % 2 else 'right'},{(-1) ** i * (1 + i / 40)},{i % 5}" for i in range(40)]
    path.write_text("\n".join(["side,place,noise", *rows]), encoding="utf-8")
    out = run(capsys, "train", str(path), "--label", "side", "--hidden", "3", "--epochs", "200")
    assert "accuracy on the 8 held-out samples: 100.0 %" in out
    path.write_text("x,y\n" + "".join(f"{i / 10},{i * i}\n" for i in range(20)), encoding="utf-8")
    numbers = (
        "20 different labels of 20 samples; accepted: classes of three or more samples. For a network that predicts "
        "numbers: --target"
    )
    assert numbers in fails(capsys, "train", str(path))
    path.write_text("place,side\n1,left\nmany,right\n", encoding="utf-8")
    assert "line 3" in fails(capsys, "train", str(path))


def test_names_of_files_and_classes_are_not_obeyed_by_the_terminal(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evil = "\x1b[2J\nevil"
    path = Path(f"{evil}.csv")
    path.write_text("a,b,kind\n" + "".join(f'{i % 3},{i % 2},"{["no", evil][i % 2]}"\n' for i in range(10)))
    out = run(capsys, "train", str(path), "-o", f"{evil}.json")
    assert "\x1b" not in out
    assert r"<\x1b[2J\nevil.csv: 10 samples" in out
    assert r"wrote \x1b[2J\nevil.json, for nn.load_model" in out
    assert r"the probabilities of \x1b[2J\nevil, no" in out
    for command, ending in (("draw", "svg"), ("play", "html")):
        assert rf"wrote \x1b[2J\nevil.{ending}" in run(capsys, command, "x*x", "x=1", "-o", f"{evil}.{ending}")
    path.write_text("x,kind\n1,a\n")
    for arguments in (
        ["train", str(path)],
        ["train", f"{evil}2.csv"],
        ["train", evil],
        ["draw", "x", "x=1", "-o", evil],
    ):
        assert "\x1b" not in fails(capsys, *arguments)


def test_a_file_of_one_class(capsys, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("x,kind\n" + "1,a\n2,a\n" * 10, encoding="utf-8")
    assert "all samples are of the class 'a'; accepted: two or more classes" in fails(capsys, "train", str(path))


def test_a_pdf_without_its_package(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "fpdf", None)
    assert "pip install 'chainrule[pdf]'" in fails(capsys, "draw", *NEURON, "-o", str(tmp_path / "a.pdf"))
    assert os.listdir(tmp_path) == []


def test_the_demo_prints_the_commands_that_it_runs(capsys, tmp_path):
    folder = tmp_path / "a demo"
    out = run(capsys, "demo", "-o", str(folder))
    headings = re.findall(r"^\d\. chainrule (.*)\n", out, re.MULTILINE)
    assert [heading.split()[0] for heading in headings] == ["explain", "train"]
    model = (folder / "iris.json").read_bytes()
    (folder / "iris.json").unlink()
    without_times = re.compile(r"trained in \S+ s")
    for heading in headings:
        shown = run(capsys, *shlex.split(heading))
        assert without_times.sub("", shown) in without_times.sub("", out)
    assert (folder / "iris.json").read_bytes() == model


def test_demo(tmp_path):
    done = process("demo", "-o", str(tmp_path / "demo"))
    out = done.stdout.decode()
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == ["graph.svg", "iris.json", "lesson.html"]
    end = out.split("wrote to ")[-1]
    assert str(tmp_path / "demo") in end
    assert all(name in end for name in ("graph.svg", "iris.json", "lesson.html"))


# The process ------------------------------------------------------------------------------------------------------


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"chainrule {__version__}\n"


def test_a_terminal_without_mathematics():
    done = process("explain", "tanh(δ) - sigmoid(δ)", "δ=2", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stderr == b""
    out = done.stdout.decode("ascii")
    assert "dJ/dleaf" in out
    assert "1 - v1 * v1" in re.sub(r"\n +", " ", out)
    done = process("explain", "δ*ε", "δ=2", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "\\u03b5" in done.stderr.decode("ascii")


def test_a_reader_that_leaves():
    text = "+".join(["x"] * 900)
    command = f'{sys.executable} -c "from autograd.cli import main; import sys; sys.exit(main())" explain {text} x=1'
    done = subprocess.run(f"{command} | head -1", shell=True, capture_output=True, timeout=60, check=False)
    assert done.stdout.startswith(b"J = x+x")
    assert done.stderr == b""


def test_the_console_command_is_main():
    project = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert 'chainrule = "autograd.cli:main"' in project


def test_ctrl_c_is_one_line_and_the_status_that_shells_give_it(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograd.cli.formulas.read", interrupted)
    assert main(("explain", "x*x", "x=1")) == 130
    assert capsys.readouterr() == ("", "chainrule: interrupted\n")


def test_a_network_of_many_parameters_is_trained_without_its_table(capsys):
    out = run(capsys, "train", "moons", "--hidden", "1300", "--epochs", "1")
    assert "6,502 parameters" in out
    assert "graph against formula" not in out


# python -m autograd, --open, --latex, completion ----------------------------------------------------------------------


def test_python_dash_m_is_the_command():
    done = subprocess.run([sys.executable, "-m", "autograd", "-V"], capture_output=True, text=True, check=True)
    assert done.stdout == f"chainrule {__version__}\n"


def test_latex(capsys):
    out = run(capsys, "explain", "--latex", *NEURON)
    assert out.startswith(r"\begin{array}")
    assert run(capsys, "explain", *NEURON, "--latex") == out


def test_open_shows_what_was_written_in_a_browser(capsys, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("webbrowser.open", lambda address: shown.append(address) or True)
    for command, name in (("draw", "a.svg"), ("play", "a.html")):
        path = tmp_path / name
        assert run(capsys, command, "x*x", "x=2", "--open", "-o", str(path)) == f"wrote {path}\n"
        assert shown.pop() == path.as_uri()
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    assert main(["draw", "x*x", "x=2", "--open", "-o", str(path.with_suffix(".svg"))]) == 2
    assert "no browser was found" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_commands_and_options(capsys, shell):
    pytest.importorskip("shtab", reason="shtab, of the extra `completion`, is not installed")
    out = run(capsys, "completion", shell)
    assert all(word in out for word in ("explain", "workbench", "predict", "learning-rate"))


def test_completion_without_its_package(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert "pip install 'chainrule[completion]'" in fails(capsys, "completion", "bash")


def test_options_of_formulas_are_not_taken_for_formulas(capsys):
    for command in ("explain", "draw", "play", "workbench"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        found = set(re.findall(r"(?<![\w=*-])--?[a-z]+", capsys.readouterr().out))
        assert {"-o", "--output"} <= found or command == "explain"
        assert found <= OPTIONS


def test_the_examples_of_help_and_errors_work(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    for command in ("explain", "draw", "play", "workbench", "train", "predict", "completion"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        example = " ".join(capsys.readouterr().out.partition("Example: chainrule ")[2].split())
        if command == "predict":
            Path("flowers.csv").write_text(
                "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n"
            )
        if command != "completion" or find_spec("shtab"):
            run(capsys, *shlex.split(example))


# train on numbers, predict --------------------------------------------------------------------------------------------


def test_numbers_are_learned_and_predicted(capsys, tmp_path):
    rows = [(i / 20, 100 * math.sin(i / 20)) for i in range(60)]
    data, model = tmp_path / "sine.csv", tmp_path / "sine.json"
    data.write_text("angle,sine\n" + "".join(f"{x!r},{y!r}\n" for x, y in rows))
    training = ["train", str(data), "--target", "sine", "--hidden", "6,6", "--lr", "0.03", "--epochs", "150"]
    out = run(capsys, *training, "--batch-size", "8", "-o", str(model))
    assert "<sine.csv: 60 samples, 1 features, sine to predict>, 12 of the samples held out" in out
    assert "MLP(1, [6, 6, 1]" in out
    assert float(re.search(r"error on the 12 held-out samples: (\S+)", out)[1]) < 3.0  # of a wave of ±100
    assert float(re.search(r"held-out samples: \S+ \((\S+) of the mean", out)[1]) > 20.0
    assert "δ^(4)_1" in out
    header, *found = run(capsys, "predict", str(model), str(data)).splitlines()
    assert header == "sine"
    assert max(abs(float(y) - 100 * math.sin(x)) for (x, _), y in zip(rows, found, strict=True)) < 8.0
    assert nn.load_model(model)([1.0]).data == pytest.approx(100 * math.sin(1.0), abs=5.0)


def test_a_column_of_numbers_that_is_none_is_told_before_other_columns(capsys, tmp_path):
    data = tmp_path / "mixed.csv"
    data.write_text("size,kind\n" + "1.5,small\n2.5,large\n" * 5)
    assert "mixed.csv: no column 'weight'; it has 'size', 'kind'" in fails(
        capsys, "train", str(data), "--target", "weight"
    )
    assert "column 'kind': got 'small'" in fails(capsys, "train", str(data), "--target", "kind")
    data.write_text("size\n1.5\n2.5\n")
    assert "'size', its only column" in fails(capsys, "train", str(data), "--target", "size")


def test_classes_are_predicted(capsys, tmp_path):
    model, rows = tmp_path / "iris.json", tmp_path / "rows.csv"
    run(capsys, "train", "iris", "--epochs", "10", "--activation", "relu", "-o", str(model))
    rows.write_text(
        "note,petal width (cm),petal length (cm),sepal width (cm),sepal length (cm)\na flower,0.2,1.4,3.5,5.1\n"
    )
    header, line = run(capsys, "predict", str(model), str(rows)).splitlines()
    assert header == "setosa,versicolor,virginica,class"
    assert line.endswith(",setosa")
    assert sum(map(float, line.split(",")[:3])) == pytest.approx(1.0, abs=1e-5)
    written = tmp_path / "found.csv"
    assert run(capsys, "predict", str(model), str(rows), "-o", str(written)) == f"wrote {written}\n"
    assert written.read_text() == f"{header}\n{line}\n"
    rows.write_text("petal width (cm),petal length (cm)\n0.2,1.4\n")
    assert "no column 'sepal length (cm)'" in fails(capsys, "predict", str(model), str(rows))


def test_a_model_without_names_predicts_from_columns_in_their_order(capsys, tmp_path):
    model, rows = tmp_path / "model.json", tmp_path / "rows.csv"
    nn.save_model(nn.MLP(2, [1], output="sigmoid"), model)
    rows.write_text("a,b\n0,0\n")
    assert run(capsys, "predict", str(model), str(rows)) == "h1\n0.5\n"
    rows.write_text("a,b,c\n0,0,0\n")
    assert "got 3 columns" in fails(capsys, "predict", str(model), str(rows))
    rows.write_text("a,b\n0,many\n")
    assert "line 2, column 'b': got 'many'" in fails(capsys, "predict", str(model), str(rows))


def test_workbench_writes_one_page_with_its_data(tmp_path, capsys):
    path = tmp_path / "bench.html"
    assert main(["workbench", "h = w*x; J = h**2", "--lang", "zh", "-o", str(path)]) == 0
    page = path.read_text("utf-8")
    assert len(page.encode()) < 700_000  # of which the engine that lays out is two thirds
    assert all(f"<option>{name}</option>" in page for name in ("xor", "moons", "iris"))
    assert 'data-lang="zh"' in page
    assert "h = w*x; J = h**2" in page
    assert f"已写入 {path}：请用浏览器打开" in capsys.readouterr().out
    assert main(["play", "h = w*x; J = h**2", "w=2", "x=3", "-o", str(path)]) == 0
    assert '"name":"h"' in path.read_text("utf-8")
