"""The paths of a graph: how many, and the largest."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograd.explain.tables import Cell, Lines, Shown, Table, check_limit, fold, number, with_gap
from autograd.explain.writing import Names, Writer, check, equal, factor, product
from autograd.graph import topological_order
from autograd.steps import backward_steps
from autograd.value import Value


@dataclass(frozen=True, slots=True)
class Path:
    """One path from J down to w, and the product of the local derivatives along it.

    nodes      from J to w
    positions  which input of each node the path goes through
    locals     the local derivatives
    contribution  their product, multiplied from J to w; 0 if it goes through what a `where` did not choose
    open       whether it does not
    """

    nodes: tuple[Value, ...]
    positions: tuple[int, ...]
    locals: tuple[float, ...]
    contribution: float
    open: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Paths(Shown):
    """The paths from J to w: how many there are, those with the largest contributions, and the gradient.

    The contributions of all paths add up to `gradient`, to rounding.
    """

    count: int
    largest: tuple[Path, ...]
    gradient: float
    blocks: tuple[Table | Lines, ...] = field(compare=False)


def paths(root: Value, node: Value, *, names: Names | None = None, limit: int = 20, lang: str = "en") -> Paths:
    """Return the paths from `root` to `node` with their products of local derivatives, largest in size first.

    ∂J/∂w = Σ over all paths of Π ∂out/∂input along the path. The paths are counted first; of more than `limit` only the
    largest are found and shown, which takes no enumeration of the others. A contribution that is nan counts as large.
    `lang` is the language, "en" or "zh".

    Raises ValueError for a constant, for a node that is not in the graph and for a limit below 1.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> found = paths(x * x + x, x)
    >>> found.count, [path.contribution for path in found.largest]
    (3, [3.0, 3.0, 1.0])
    """
    writer = Writer(root, names, lang)
    check("paths", root, node, writer.names)
    check_limit(limit)
    edges, best = _edges_to(root, node)
    count = _count_paths(root, node, edges)
    largest = tuple(itertools.islice(_largest_first(root, node, edges, best, limit), limit))
    gradient = next((step.after for step in backward_steps(root) if step.input is node and step.ready), 1.0)
    told = {"count": 1 if count == 1 else _count(writer, count), "shown": len(largest)}
    title = writer.say("over", equation=equal(writer.derivative(root, node), gradient).text, **told)
    table = Table(
        writer.columns("path", "product", "contribution"),
        "llr",
        tuple((_path_cell(writer, path), _product_cell(writer, path), number(path.contribution)) for path in largest),
        title,
    )
    added = (
        math.fsum(path.contribution for path in largest)
        if all(math.isfinite(p.contribution) for p in largest)
        else math.nan
    )
    last = writer.say("paths.largest" if count > len(largest) else "paths.all", sum=number(added).text, **told)
    return Paths(count, largest, gradient, (table, Lines((Cell(last),))))


_Edge = tuple[int, Value, float, float]  # position, input, local derivative, size on a scale on which products add
_NOTHING = 1e9  # size of a factor 0 with the sign −, of inf and nan with +: beyond every product of finite factors
_CLOSED = -1e18  # of what is not handed on: less than 0 times anything


def _size(local: float) -> float:
    if not math.isfinite(local):
        return _NOTHING
    return math.log2(abs(local)) if local else -_NOTHING


def _edges_to(root: Value, node: Value) -> tuple[dict[Value, list[_Edge]], dict[Value, float]]:
    """For each node on a path: its edges that lead to `node`, the one with the largest path first, and its size."""
    edges: dict[Value, list[_Edge]] = {}
    best = {node: 0.0}
    for out in topological_order(root):
        if out is node:
            continue
        open_to = {position for position, _, _ in out.paths}
        leading = [
            (position, x, local, _size(local) if position in open_to else _CLOSED)
            for position, (x, local) in enumerate(zip(out.inputs, out.partials, strict=True))
            if local is not None and x in best
        ]
        if leading:
            leading.sort(key=lambda edge: -(edge[3] + best[edge[1]]))
            edges[out] = leading
            best[out] = leading[0][3] + best[leading[0][1]]
    return edges, best


def _count_paths(root: Value, node: Value, edges: dict[Value, list[_Edge]]) -> int:
    counts = {root: 1}  # paths from the root to nodes that have not handed theirs on yet
    for out in reversed(edges):
        count = counts.pop(out)
        for _, x, _, _ in edges[out]:
            counts[x] = counts.get(x, 0) + count
    return counts[node]


def _largest_first(
    root: Value, node: Value, edges: dict[Value, list[_Edge]], best: Mapping[Value, float], limit: int
) -> Iterator[Path]:
    """Yield the paths by falling size. A path is the largest one except at the places where it turns off it; after its
    last such place every next path turns off once more, and none is larger."""
    serial = itertools.count()  # ties in the order they are found
    heap: list[tuple[float, int, list[_Edge], int, _Edge | None]] = [(-best[root], next(serial), [], 0, None)]
    while heap:
        _, _, before, turn, edge = heapq.heappop(heap)
        taken = before[:turn]
        at = root
        if edge is not None:
            taken.append(edge)
            at = edge[1]
        start = len(taken)
        while at is not node:
            taken.append(edges[at][0])
            at = taken[-1][1]
        yield _path(root, taken)
        size = math.fsum(e[3] for e in taken[:start])
        at = taken[start - 1][1] if start else root
        turns = []
        for i in range(start, len(taken)):
            for other in edges[at][1:]:
                turns.append((-(size + other[3] + best[other[1]]), next(serial), taken, i, other))
            size += taken[i][3]
            at = taken[i][1]
        for candidate in heapq.nsmallest(limit, turns):
            heapq.heappush(heap, candidate)


def _path(root: Value, taken: Sequence[_Edge]) -> Path:
    factors = tuple(edge[2] for edge in taken)
    nodes = (root, *(edge[1] for edge in taken))
    positions = tuple(edge[0] for edge in taken)
    if any(edge[3] == _CLOSED for edge in taken):
        return Path(nodes, positions, factors, 0.0, open=False)
    return Path(nodes, positions, factors, math.prod(factors, start=1.0))


def _path_cell(writer: Writer, path: Path) -> Cell:
    shown, hidden = fold(range(len(path.nodes)), 8)
    cells = with_gap([_place_cell(writer, path, i) for i in shown], hidden, writer.more(hidden, "nodes"))
    return Cell(" ← ".join(c.text for c in cells), r" \leftarrow ".join(c.latex for c in cells))


def _place_cell(writer: Writer, path: Path, i: int) -> Cell:
    node = path.nodes[i]
    twice = i and path.nodes[i - 1].inputs.count(node) > 1  # the name does not say which operand it is
    return writer.operand(node, path.positions[i - 1] + 1 if twice else None)


def _product_cell(writer: Writer, path: Path) -> Cell:
    if not path.open:
        return Cell(writer.say("closed"))
    shown, hidden = fold(path.locals, 8)
    cells = with_gap([factor(x) for x in shown], hidden, Cell("…", r"\cdots"))
    return product(cells) if cells else Cell("1", "1")


def _count(writer: Writer, n: int) -> str:
    if n < 10**15:
        return f"{n:,}"
    exponent = math.log10(n)
    return writer.say("about", number=f"{10 ** (exponent % 1):.3g}e{int(exponent)}")
