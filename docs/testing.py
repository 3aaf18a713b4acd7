"""Write the page on testing from the figures of the long runs: `python docs/testing.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HEAD = """\
# Testing

What is tested, and how far. The quick tests are one command, hold at every commit and take some four minutes
on two cores; those of the page in Chromium are another, and take one:

    python -m pytest -n auto
    python -m pytest -n auto tests/page

The long ones are one command as well; it writes the figures below:

    python tests/long/run.py

## What is held to what

| what | to what | where |
|---|---|---|
| every operation at ±0, ±5e-324, ±1e-308, ±1e-8, ±.49, ±.99, ±1.01, ±1.3, ±37, ±710, ±746, \
±1e308, ±inf, nan, and pairs of these | Python's own function \
to the bit, and where it raises; local derivatives to 4 units in the last place of \
mpmath's; at kinks and singular points, to the convention of the table | `tests/test_ops.py` |
| random programs over every operation: the engine, the array program, the graph of the derivatives | mpmath, 50 \
digits, within 1e-13 | `tests/test_routes.py` |
| the same on the page, in JavaScript | the engine, within 1e-13 | `tests/test_routes.py` |
| random array programs: layers, sums of sums, batches, roles of leaves, several \
roots, branches; their printed text, run by NumPy | the scalar engine, within 1e-12 | `tests/test_vectorize.py`, \
`tests/test_vectorized_functions.py` |
| array programs on JAX and PyTorch, and trained over four devices | NumPy, within 1e-12 | `tests/test_vectorize.py` |
| training with arrays: 20 to 100 steps with every activation, loss and optimizer | training \
with scalars, within 1e-9 | `tests/test_vectorize.py` |
| problems with published answers | the answers | `tests/test_famous.py` |
| everything a graph and a network come to | itself: a second time, in threads, in processes of other hash seeds and \
numbers of cores; of a nan the sign is left aside, which CPython's own `+` does not keep | `tests/test_determinism.py` |
| Ctrl-C at every instruction of a backward pass, at sampled lines of a build, a training, a save | nothing is half \
done | `test_value.py`, `test_interrupts.py` |
| 3,000 training steps | the memory before them; nothing is left for the cyclic collector | `tests/test_memory.py` |
| graphs of 1,200 nodes in each way they are asked about; of 100,000 in tests/long | graphs of a third of that: three \
times the lines of Python, ten times the seconds for ten times the nodes | `tests/test_large_graphs.py` |
| expressions, CSV files, graph files, model files, labels | nothing executes, hangs or fills the memory | \
`tests/test_hostile.py` |

## Misuse, and what comes of it

| misuse | what happens | test in `tests/test_value.py` |
|---|---|---|
| `backward` twice | leaves add up, the rest is computed anew: x·x·x at 3 gives 27, then 54 | \
`test_backward_twice_adds_to_leaves_and_recomputes_the_rest` |
| `backward` after changing `data` | the derivatives are those of the forward pass that was made | \
`test_data_changed_after_the_forward_pass_does_not_change_the_backward_pass` |
| `backward` on a constant | ValueError that names it | `test_backward_on_a_constant_and_on_a_leaf` |
| `backward` on a graph partly freed | a node keeps its inputs: what is left is whole | \
`test_what_a_root_needs_is_kept_and_the_rest_is_freed` |
| `backward` from two roots that share nodes | leaves add up; nodes between have the gradient of the last root | \
`test_roots_that_share_nodes_add_into_their_leaves` |
| gradients set by hand | added to in leaves, replaced elsewhere | \
`test_gradients_set_by_hand_are_added_to_in_leaves_and_replaced_elsewhere` |
| a graph whose `data` were set since, saved | ValueError: the file would not be what was computed | \
`test_files.py`: `test_a_graph_whose_data_was_set_since_is_not_written` |
| the same, explained or played | ValueError: its numbers do not belong together; a picture says so | \
`test_explain.py`: `test_numbers_that_do_not_belong_together_are_not_explained` |

## Limits of what comes from outside

| input | limit |
|---|---|
| expression | 2,000 characters, 200 parentheses inside each other |
| CSV file | 1,000,000 lines, 1,000,000 characters a sample, 10,000 columns, 20,000,000 numbers, 1,000 classes |
| graph file, model file | the size of the file: reading it takes some 30 bytes of memory a byte |
| picture of a graph | 200 nodes one by one, more are folded; 400 boxes |
| picture of a network | 100 layers; of a layer of more than 12 units the first 10 and the last are drawn |
| page | 200 nodes, or 12,000 of a network |

## Figures of the long runs

"""


def page(figures: dict[str, dict[str, Any]]) -> str:
    """Return the page as Markdown."""
    rows = [
        f"| {part} | {_words(found)} | {found['date']}, Python {found['python']}, {found['took']:g} min |"
        for part, found in figures.items()
    ]
    return HEAD + "\n".join(["| part | figures | run |", "|---|---|---|", *rows]) + "\n" + _survivors()


def _words(found: dict[str, Any]) -> str:
    shown = {name: x for name, x in found.items() if name not in ("date", "python", "took")}
    parts = [
        f"{name}: {_words(x)}" if isinstance(x, dict) else f"{name} {x:,}" if isinstance(x, int) else f"{name} {x}"
        for name, x in shown.items()
    ]
    return ("; " if any(isinstance(x, dict) for x in shown.values()) else ", ").join(parts)


def _survivors() -> str:
    known = json.loads((HERE.parent / "tests" / "long" / "survivors.json").read_text(encoding="utf-8"))
    if not known:
        return ""
    lines = [f"| `{change.replace('|', chr(92) + '|')}` | {why} |" for change, why in known.items()]
    return "\n".join(["\n## Mutants that no test can tell\n", "| change | why |", "|---|---|", *lines]) + "\n"


if __name__ == "__main__":
    figures = json.loads((HERE / "testing.json").read_text(encoding="utf-8"))
    (HERE / "testing.md").write_text(page(figures), encoding="utf-8")
