"""From scalars to matrices: a recorded graph of scalars as the few array statements a person would have written.

The modules, in the order in which the data pass through them; docs/compiler.md prints every stage of a small network.

    record       the graph as flat arrays
    leaves       what is compiled: a graph, and which of its leaves are inputs and parameters, and form an array
    colours      which nodes are alike, and become one array
    rewritten    equal expressions computed once, and sums of one term where others of their kind have more
    axes         the axes of an array, from what its elements use
    statements   named arrays with shapes, and what is computed of them
    builder      collects statements, each once
    algebra      the identities by which they become simpler
    lookups      rows whose numbers are data
    placed       where every node is, and parts of an array at given positions
    sums         how sums become reductions and products of arrays
    lower        a statement or two for the nodes of each colour
    shifts       largest numbers without a derivative, which a softmax subtracts
    reverse      the chain rule on statements
    names        what arrays are called
    compiled     the pipeline of all these, and what it comes to

    source       the text of statements
    listing      a program as text, the report of what became of a graph, and the stages on the way
    machine      statements on NumPy, with every buffer made beforehand
    straight     a graph in which nothing is alike, number by number
    native       statements as C, and graphs on a tape
    targets      what the text's functions are on NumPy, JAX and PyTorch
    exported     a program as a function of their arrays, with its own derivative

    runners      what runs a program, and its parameters as parts of one vector
    on_devices   with JAX, on all devices of all processes
    program      `Program`: a program with its numbers, on samples that need not fit into memory; `Replay`, of a graph
    arguments    what a function is called with: arrays in structures, and anything by name
    function     `vectorize`, of graphs and of functions, which may decide by comparing Values
"""

import sys

from autograd.callable_modules import CallableModule
from autograd.vectorize.function import VectorizedFunction, vectorize
from autograd.vectorize.program import Program, Replay, blocks, over_blocks

__all__ = ["Program", "Replay", "VectorizedFunction", "blocks", "over_blocks", "vectorize"]

sys.modules[__name__].__class__ = CallableModule
