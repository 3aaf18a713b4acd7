"""Array statements as a whole program in C, which computes samples in blocks and adds up over them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograd.symbolic import to_c
from autograd.vectorize.arrays import Array, Map, Operand, Reduce, Statement
from autograd.vectorize.compiled import Compiled
from autograd.vectorize.listing import shape_text
from autograd.vectorize.native.interpreter import elementary
from autograd.vectorize.native.statements import BLOCK, STATEMENTS, Printed, Section, Spot, identifier, in_rows
from autograd.vectorize.parameters import Parameters
from autograd.vectorize.reverse import used

STATEMENTS_AT_ONCE = 8  # in a function of C: compilers take long over long ones


@dataclass(frozen=True, slots=True)
class Place:
    """Where an array stands in a list of numbers of the caller: from ``start`` on, its last axis innermost."""

    array: Array
    list: str
    start: int = 0


def lists_of(inputs: Mapping[str, Array]) -> list[Place]:
    """Return where inputs stand: each in a list of its name, as far as C has such names."""
    places: list[Place] = []
    taken = {*_RESERVED, "values", "results", "work", "rate", "i", "J"}
    for name, x in inputs.items():
        free = identifier(name)
        while free in taken:
            free = f"{free}_"
        taken.add(free)
        places.append(Place(x, free))
    return places


def c_text(
    statements: Sequence[Statement],
    inputs: Sequence[Place],
    parameters: Sequence[Place],
    results: Sequence[Place],
    of_samples: Sequence[Operand],
    names: Mapping[Array, str],
) -> str:
    """Return a C program of two functions, which compute from inputs and parameters the results.

    ``results`` are written by `finish`, from what `add_samples` has added up. ``of_samples`` are numbers of each
    sample, which `add_samples` writes next to each other into ``values``.
    """
    printed = Printed({x: f"{name}_" if name in _RESERVED else name for x, name in names.items()})
    sums: dict[Array, Spot] = {}
    size = 0
    for statement in statements:
        if reduces_samples(statement):
            sums[statement.out] = in_rows("sums", statement.out.shape, size)
            size += math.prod(statement.out.shape)
    given = sums | {x.array: in_rows("parameters", x.array.shape, x.start) for x in parameters}
    given |= {x.array: in_rows(x.list, x.array.shape) for x in inputs if not x.array.sampled}

    block = Section(printed, dict(given))
    for x in inputs:
        if x.array.sampled:
            block.load(x.array, f"{x.list}_rows")
    wanted = [*sums, *of_samples]
    _write(block, _needed(statements, wanted, ()), wanted)
    for k, number in enumerate(of_samples):
        value = block.text(number, ["s"])
        block.pieces.append([f"for (int s = 0; s < n; s++) values_rows[{len(of_samples)} * s + {k}] = {value};"])
    end = Section(printed, dict(given))
    _write(end, _needed(statements, [x.array for x in results], sums), [x.array for x in results])
    for x in results:
        end.fill(in_rows(x.list, x.array.shape, x.start), lambda indices, x=x: end.element(x.array, indices))  # type: ignore[misc]

    lists = [x.list for x in inputs]
    rows = [f"{x.list}_rows" if x.array.sampled else x.list for x in inputs]
    written = list(dict.fromkeys(x.list for x in results))
    values = ["values"] if of_samples else []
    shared = ["parameters", *lists]
    steps, calls = _functions(
        "block",
        block.pieces,
        [*_read(["parameters", *rows]), *_written(["sums", *(f"{x}_rows" for x in values)])],
        ["int n", "long m"],
    )
    last, last_calls = _functions("end", end.pieces, [*_read([*shared, "sums"]), *_written(written)], ["long m"])
    body = _PROGRAM.format(
        block=BLOCK,
        tables="".join(f"{line}\n" for line in printed.tables),
        buffers="".join(f"    double {name}[{count}];\n" for name, count in printed.buffers.items())
        or "    double none;\n",
        functions=steps + last,
        of_samples=", ".join([*_read(shared), *_written(["sums", *values]), "buffers *restrict w"]),
        of_end=", ".join([*_read([*shared, "sums"]), *_written(written), "buffers *restrict w"]),
        unused=_unused([*shared, "sums", "m", "w", *values]),
        unused_end=_unused([*shared, "sums", "m", "w", *written]),
        rows="".join(_row_pointer(x) for x in inputs if x.array.sampled)
        + "".join(f"        double *values_rows = values + {len(of_samples)} * start;\n" for _ in values),
        calls="".join(f"        {call}\n" for call in calls),
        end="".join(f"    {call}\n" for call in last_calls),
        sums=size,
    )
    return functions_of(body) + body


def c_listing(program: Compiled, parameters: Parameters) -> str:
    """Return a program as a C file: J and its gradient, and an update, with how they are called in its head."""
    inputs = lists_of(program.inputs)
    leaves = [Place(x, "parameters", parameters.starts[name]) for name, x in program.parameters.items()]
    gradients = [Place(program.fast[x.array], "gradient", x.start) for x in leaves]
    (cost,) = program.roots
    results = [Place(cost, "J")] if isinstance(cost, Array) else []
    statements = used(program.statements, [x.array for x in (*results, *gradients)])
    text = c_text(statements, inputs, leaves, [*results, *gradients], [], program.names)
    lines = [f"   parameters, gradient: {', '.join(f'{n} {shape_text(x)}' for n, x in program.parameters.items())}"]
    lines += [f"   {x.list}: {shape_text(x.array)}" for x in inputs]
    given = "".join(f", const double *{x.list}" for x in inputs)
    passed = "".join(f", {x.list}" for x in inputs)
    head = _HEAD.format(arrays=",\n".join(lines), count=len(parameters.vector))
    call = _CALL.format(
        given=given,
        passed=passed,
        count=len(parameters.vector),
        J="" if results else f"    J = {to_c(cost)};\n",
        written=f"{', &J' if results else ''}{', gradient' if gradients else ''}",
    )
    return head + text + call


_HEAD = """\
/* A program in C99. One array after the other, each row by row, m samples:

{arrays}

   value_and_grad(m, parameters, inputs..., gradient, work) returns J and writes the gradient of all {count} parameters;
   update(rate, parameters, gradient) makes a step of gradient descent. work is size_of_work() bytes of memory, which
   two threads must not share.
   Compile with -ffp-contract=off, which is what makes the numbers the same everywhere. */

"""
_CALL = """
long size_of_work(void) {{ return size_of_buffers() + (size_of_sums() + 1) * (long)sizeof(double); }}

double value_and_grad(long m, const double *parameters{given}, double *gradient, void *work) {{
    double J = 0.0, *sums = work;
    buffers *w = (void *)(sums + size_of_sums() + 1);
    for (long i = 0; i < size_of_sums(); i++) sums[i] = 0.0;
    add_samples(0, m, m, parameters{passed}, sums, w);
    finish(m, parameters{passed}, sums{written}, w);
{J}    return J;
}}

void update(double rate, double *parameters, const double *gradient) {{
    for (long i = 0; i < {count}; i++) parameters[i] -= rate * gradient[i];
}}
"""


def reduces_samples(statement: Statement) -> bool:
    """Return whether a statement adds something up over the samples."""
    return not statement.out.sampled and any(isinstance(x, Array) and x.sampled for x in statement.args)


def _read(names: Iterable[str]) -> list[str]:
    return [f"const double *restrict {name}" for name in names]


def _written(names: Iterable[str]) -> list[str]:
    return [f"double *restrict {name}" for name in names]


def _unused(names: Iterable[str]) -> str:
    return " ".join(f"(void){name};" for name in names)


def _row_pointer(x: Place) -> str:
    return f"        const double *{x.list}_rows = {x.list} + {math.prod(x.array.of_sample)} * start;\n"


def _functions(
    name: str, pieces: Sequence[Sequence[str]], lists: list[str], counts: list[str]
) -> tuple[str, list[str]]:
    """Return functions that do the pieces in their order, some in each, and the calls of them."""
    parameters = [*counts, *lists, "buffers *restrict w"]
    names = [re.findall(r"\w+", parameter)[-1] for parameter in parameters]
    text, calls = "", []
    for k in range(0, len(pieces), STATEMENTS_AT_ONCE):
        lines = [line for piece in pieces[k : k + STATEMENTS_AT_ONCE] for line in piece]
        own = f"{name}_{k // STATEMENTS_AT_ONCE + 1}"
        text += f"\nNOT_INLINED static void {own}({', '.join(parameters)}) {{\n    {_unused(names)}\n"
        text += "".join(f"    {line}\n" for line in lines) + "}\n"
        calls.append(f"{own}({', '.join(names)});")
    return text, calls


_PROGRAM = """
#if defined(__GNUC__)
#define NOT_INLINED __attribute__((noinline)) /* long functions take long to compile */
#else
#define NOT_INLINED
#endif

{tables}
typedef struct {{
{buffers}}} buffers;
{functions}
/* Adds up over the samples from first to stop, of m in all, a block of at most {block} at a time. */
void add_samples(long first, long stop, long m, {of_samples}) {{
    {unused}
    for (long start = first; start < stop; start += {block}) {{
        int n = stop - start < {block} ? (int)(stop - start) : {block};
        (void)n;
{rows}{calls}    }}
}}

/* Writes the results, from the sums over the samples. */
void finish(long m, {of_end}) {{
    {unused_end}
{end}}}

long size_of_buffers(void) {{ return (long)sizeof(buffers); }}
long size_of_sums(void) {{ return {sums}; }}
"""
_RESERVED = {
    *["m", "n", "s", "w", "p", "q", "k", "sums", "parameters", "gradient", "first", "stop", "start"],
    *[
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
    ],
    *[
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
    ],
    *["while", "buffers"],
}


def _needed(statements: Sequence[Statement], wanted: Iterable[Operand], known: Iterable[Array]) -> list[Statement]:
    """Return the statements that what is wanted depends on, where some arrays are known."""
    stop = set(known)
    needed = {x for x in wanted if isinstance(x, Array)} - stop
    found = []
    for statement in reversed(statements):
        if statement.out in needed:
            found.append(statement)
            needed |= {x for x in statement.args if isinstance(x, Array)} - stop
    return found[::-1]


def _write(section: Section, statements: Sequence[Statement], wanted: Iterable[Operand]) -> None:
    """Write statements, an elementwise one that is used once where it is used."""
    kept = {x for x in wanted if isinstance(x, Array)}
    uses = Counter(x for statement in statements for x in statement.args if isinstance(x, Array))
    user = {x: statement for statement in statements for x in statement.args if isinstance(x, Array)}
    for statement in statements:
        out = statement.out
        within = user.get(out)
        if isinstance(statement, Map) and out not in kept and uses[out] == 1 and _once(within, out):
            section.waiting[out] = statement
        else:
            STATEMENTS[type(statement)](section, statement)


def _once(user: Statement | None, x: Array) -> bool:
    """Return whether a statement reads each element of an array once."""
    return isinstance(user, Reduce) or (isinstance(user, Map) and user.out.shape == x.shape)


def functions_of(text: str) -> str:
    """Return the C functions of operations that a text calls, and what these call."""
    comment, includes, *parts = elementary().split("\n\n")
    needed, found = set(_WORDS.findall(text)), []
    for part in reversed(parts):
        if not needed.isdisjoint(_DEFINED.findall(part)):
            found.append(part)
            needed.update(_WORDS.findall(part))
    return "\n\n".join([comment, includes, *found[::-1]]) + "\n"


_WORDS = re.compile(r"\w+")
_DEFINED = re.compile(r"^(?:static inline \w+ |typedef struct {[^}]*} |#define )(\w+)", re.MULTILINE)
