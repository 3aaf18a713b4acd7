"""Graphs as machine code: C printed from the table of operations, compiled where there is a compiler, and run.

elementary.c   exp, tanh and kin in C, within 2 units in the last place, the same bits from every compiler
library        a C file compiled and loaded, kept in the user's cache
interpreter    a C program that runs any graph, printed from the table of operations
tape           a recorded graph as the instructions that the interpreter runs
sections       where arrays stand in a C program, and the lines of its functions
pieces         the pieces of a C function, and which of them share their loops
products       sums of products, in tiles that stay in registers
statements     what each kind of array statement is in C
program        array statements as a whole program in C
runner         runs such programs, over any number of samples and on all cores
"""
