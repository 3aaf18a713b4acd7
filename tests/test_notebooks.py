"""The notebooks as they are saved: executed to the end, nothing of the machine in them, every formula beside its check.

They are run, and saved with the outputs of that run, by ``python notebooks/execute.py``.
"""

import ast
import functools
import re
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

FORMULAS = """
z^(l+1)_i = Σ_j W^(l)_ij a^(l)_j + b^(l)_i
a^(l+1) = f(z^(l+1))
Z^(l+1) = W^(l) A^(l) + b^(l) 1ᵀ, A^(1) = X (s_1 × m)
Z = A Wᵀ + b
J(W,b;x,y) = ½ ‖h(x) − y‖²
J(W,b;x,y) = − Σ_k y_k ln a_k
a = f(z), softmax or sigmoid outputs
J(W,b) = (1/m) Σ_i J(W,b;x_i,y_i) + (λ/2) Σ_l Σ_i Σ_j (W^(l)_ji)²
The decay sums over every weight of every layer and over no bias
δ^(n_l)_i = −(y_i − a_i) f′(z_i)
δ^(n_l) = ∇_a J ⊙ f′(z) (elementwise f)
δ^(n_l)_i = a_i − y_i for every i, not only the true class
−Σ[y ln a + (1−y) ln(1−a)]
δ_i = a_i − y_i
δ^(l)_i = ( Σ_j W^(l)_ji δ^(l+1)_j ) f′(z^(l)_i)
δ^(l) = (W^(l))ᵀ δ^(l+1) ⊙ f′(z^(l))
∂a_k/∂z_i = a_k ([k = i] − a_i)
δ_i = Σ_k (∂J/∂a_k)(∂a_k/∂z_i)
f′ = f(1 − f)
∂J/∂W^(l)_ij (one sample) = a^(l)_j δ^(l+1)_i
a^(1)_j = x_j when l = 1
∂J/∂b^(l)_i (one sample) = δ^(l+1)_i
∇_W^(l) J = δ^(l+1) (a^(l))ᵀ
∇_b^(l) J = δ^(l+1)
∂J/∂W^(l)_ij = (1/m) Σ_samples a_j δ_i + λ W_ij
∇_W J = Δᵀ A
z = Wᵀa + b
df = f_x dx + f_y dy
ΔW^(l) := 0, Δb^(l) := 0
for each sample: ΔW^(l) += δ^(l+1) (a^(l))ᵀ, Δb^(l) += δ^(l+1)
W^(l) := W^(l) − α [ (1/m) ΔW^(l) + λ W^(l) ]
b^(l) := b^(l) − α (1/m) Δb^(l)
One sample at a time is stochastic gradient descent, a subset mini-batch; the formula is the same with its m
"""


@functools.cache
def library():
    """nbformat, imported by the first test that reads: its import takes as long as all of these tests."""
    pytest.importorskip("nbclient", reason="nbclient runs notebooks: pip install chainrule[notebooks]")
    return pytest.importorskip("nbformat", reason="nbformat reads notebooks: pip install chainrule[notebooks]")


@functools.cache
def execute():
    library()
    return runpy.run_path(str(FOLDER / "execute.py"))


def read(path):
    return library().read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def texts(notebook):
    """What the cells print and show, but for the length of a page, and for errors, which Pythons word in their ways."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    lines = "\n".join(output.get("text") or output.data["text/plain"] for output in outputs).splitlines()
    return [line for line in lines if not re.search("<page of|Error: ", line)]


def words(text):
    return " ".join(text.split())


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_there_are_notebooks_and_they_are_numbered():
    assert [path.stem.partition("-")[0] for path in NOTEBOOKS] == sorted({path.stem[0] for path in NOTEBOOKS})
    assert len(NOTEBOOKS) >= 5


def test_it_was_executed_from_the_first_cell_to_the_last_without_an_error(path):
    library().validate(read(path))
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        ast.parse(cell.source)
        assert not [output for output in cell.outputs if output.output_type == "error"], cell.source
        assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.source


def test_it_says_nothing_of_the_machine_and_the_hour(path):
    notebook = read(path)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert not [cell.metadata for cell in notebook.cells if cell.metadata]
    text = re.sub(r"base64,[\w+/=]+", "", path.read_text(encoding="utf-8"))
    assert not re.findall(r"/home/|/root/|/Users/|/tmp/|site-packages|ipykernel_\d+| at 0x[0-9a-f]{6}", text)


def test_it_loads_nothing_from_the_network(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html", "")
            assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|@import|url\(\s*["']?http""", html)


def test_its_links_lead_to_files(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert (FOLDER / target).exists(), target


def test_its_pictures_are_files_too(path):
    saved = execute()["pictures"](read(path))
    assert saved
    for name, content in saved.items():
        file = FOLDER / "pictures" / f"{path.stem[0]}-{name}"
        assert file.read_bytes() == content, name
        assert len(content) <= 150_000, name


def test_a_notebook_that_is_not_trusted_shows_its_pictures_and_says_how_to_see_its_pages(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            data = output.get("data", {})
            shown = data.get("text/html", "")
            assert "image/svg+xml" not in data, cell.source  # for it nbconvert asks for Inkscape
            pictures = re.findall(r"<object[^>]*>(.*?)</object>", shown, re.DOTALL)
            assert all(picture.startswith("<img ") and "image/png" in data for picture in pictures), cell.source
            frames = re.findall(r"<iframe[^>]*>(.*?)</iframe>", shown, re.DOTALL)
            assert all("once its cell has been run" in words for words in frames), cell.source


def test_a_notebook_runs_in_any_folder_and_its_saved_texts_are_those_of_a_run():
    again = read(FOLDER / "1-values.ipynb")
    execute()["execute"](again)  # in an empty folder
    assert texts(again) == texts(read(FOLDER / "1-values.ipynb"))


@pytest.mark.parametrize("formula", FORMULAS.strip().splitlines())
def test_every_formula_is_in_the_notebook_on_residuals_with_a_check_below_it(formula):
    cells = read(FOLDER / "3-residuals.ipynb").cells
    places = [k for k, cell in enumerate(cells) if cell.cell_type == "markdown" and formula in words(cell.source)]
    assert places, formula
    checks = [
        cell
        for k in places
        for cell in cells[k + 1 : k + 3]  # a definition may stand between
        if cell.cell_type == "code" and re.search(r"\b(check|assert)\b", cell.source) and cell.outputs
    ]
    assert checks, formula


def test_the_notebook_on_residuals_explains_every_symbol():
    notation = next(cell.source for cell in read(FOLDER / "3-residuals.ipynb").cells if "## Notation" in cell.source)
    symbols = [row.split("|")[1].strip() for row in notation.splitlines() if row.startswith("| ")][1:]
    expected = "n_l; s_l; W^(l)_ij; b^(l)_i; z^(l)_i; a^(l)_i; f, f′; h(x); J; δ^(l)_i; α, λ, m"
    assert symbols == expected.split("; ")


def test_the_page_of_a_notebook_shows_every_notebook_and_picture():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (FOLDER / target).exists(), target
    for path in NOTEBOOKS:
        assert f"({path.name})" in page
