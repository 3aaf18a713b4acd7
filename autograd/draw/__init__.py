"""Pictures of a graph: drawn by `draw`, laid out by Graphviz, with or without the program `dot`."""

from __future__ import annotations

from collections.abc import Mapping

from autograd.draw.layout import Layout, lay_out
from autograd.draw.view import MOST_BOXES, Grouped, names_of, view
from autograd.value import Value

__all__ = ["Layout", "layout"]


def layout(J: Value, names: Mapping[str, object] | None = None) -> Layout:
    """Return where the nodes and edges of the graph of J stand in a picture, as Graphviz puts them.

    The id of node i of `topological_order(J)` is ``n{i}``. Raises ValueError for a graph of more than 200 nodes.

    >>> x = Value(3.0, label="x")
    >>> [edge[:3] for edge in layout(x * x).edges]
    [('n0', 'n1', 0), ('n0', 'n1', 1)]
    """
    graph = Grouped(J, names_of(names or {}), constants=True)
    if len(graph.nodes) > MOST_BOXES:
        raise ValueError(f"layout: the graph has {len(graph.nodes):,} nodes; accepted: at most {MOST_BOXES}")
    return lay_out(view(graph, frozenset(name for path in graph.paths.values() for name in path)))
