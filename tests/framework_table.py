"""What docs/frameworks.md says of each program, for the tests to hold the programs to."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "frameworks.md"


def rows(framework):
    """Return the cells of the table of a framework, by the program's name: nodes, value, derivatives, what is told."""
    table = PAGE.read_text(encoding="utf-8").split(f"## {framework}\n")[1].split("\n## ")[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()[3:] if line.startswith("| ")]
    return {name.strip(): list(map(str.strip, rest)) for name, *rest in cells}


def holds(row, graph):
    """Return whether the errors of a graph are less than the table says."""
    bounds = [float(cell.removeprefix("< ")) for cell in row[1:3]]
    off = [abs(graph.own[name] - theirs).max() / max(1.0, abs(theirs).max())
           for name, theirs in graph.gradients.items() if theirs.size]  # fmt: skip
    value = abs(graph.cost.data - graph.value) / max(1.0, abs(graph.value))
    return value < bounds[0] and (not bounds[1] < 1.0 or max(off) < bounds[1])


def origin(graph):
    """Return what `why_nan` says of the first inf or nan of a graph, and the line of the program that it comes of."""
    told = str(graph.why_nan().blocks[0]).splitlines()
    computed = next(line for line in told if line.count(" = ") > 1)
    code = next(line.rsplit(".py: ", 1)[1] for line in told if line.startswith("made in line"))
    return f"{computed} | `{code}`"
