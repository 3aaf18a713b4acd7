"""Array statements as a whole program in C, which computes samples in blocks and adds up over them."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograd.symbolic import symbol, to_c
from autograd.vectorize.compiled import Compiled
from autograd.vectorize.listing import listing
from autograd.vectorize.native.interpreter import elementary
from autograd.vectorize.native.pieces import Piece, fused, of_any_arrays
from autograd.vectorize.native.sections import BLOCK, WHOLE, Printed, Section, Spot, identifier, in_rows
from autograd.vectorize.native.statements import STATEMENTS
from autograd.vectorize.runners import Parameters
from autograd.vectorize.statements import SAMPLES, Array, Contract, Map, Operand, Reduce, Statement, shape_text, used

WIDTH = 118
STATEMENTS_AT_ONCE = 8  # in a function of C: compilers take long over long ones
DEEPEST = 50  # operations in one formula of C, each inside the next


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
        while free in taken or _OF_FUNCTIONS.fullmatch(free):
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
    notes: Mapping[Array, str] | None = None,
) -> str:
    """Return a C program of two functions, which compute from inputs and parameters the results.

    ``results`` are written by `finish`, from what `add_samples` has added up. ``of_samples`` are numbers of each
    sample, which `add_samples` writes next to each other into ``values``. ``notes`` are comments on arrays.
    """
    printed = Printed({x: _own_name(name) for x, name in names.items()})
    sums, size = _sums(statements, [x.array for x in results])
    given = sums | {x.array: in_rows("parameters", x.array.shape, x.start) for x in parameters}
    given |= {x.array: in_rows(x.list, x.array.shape) for x in inputs if not x.array.sampled}

    block = Section(printed, STATEMENTS, dict(given), notes or {})
    sampled = [x for x in inputs if x.array.sampled]
    for x in sampled:
        block.load(x.array, f"{x.list}_rows")
    wanted = [*sums, *of_samples]
    _write(block, _needed(statements, wanted, ()), wanted)
    for k, number in enumerate(of_samples):
        at = Spot("values_rows", k, (SAMPLES,), (len(of_samples),)).at(["s"])
        block.loops([("s", "n", 1)], [f"{at} = {block.text(number, ['s'])};"])
    computed = {x.out for x in statements}
    places = {x.array: in_rows(x.list, x.array.shape, x.start) for x in results if x.array in computed}
    end = Section(printed, STATEMENTS, places | given, notes or {})
    _write(end, _needed(statements, [x.array for x in results], sums), [x.array for x in results])
    _copy(end, results)

    read = ["parameters", *(x.list for x in inputs)]
    rows = {f"{x.list}_rows": _rows(x.list, math.prod(x.array.of_sample)) for x in sampled}
    values = ["values"] if of_samples else []
    rows |= {f"{x}_rows": _rows(x, len(of_samples)) for x in values}
    written = list(dict.fromkeys(x.list for x in results))
    return _whole_text(printed, block, end, size, rows, read, values, written)


def _whole_text(
    printed: Printed,
    block: Section,
    end: Section,
    sums: int,
    rows: Mapping[str, str],
    read: Sequence[str],
    values: Sequence[str],
    written: Sequence[str],
) -> str:
    """Return the program of what is done for a block of samples and at the end; `rows` are the lists they read from."""
    of_buffers = {name: f"w->{name}" for name in printed.buffers}
    known = {**rows, **{name: name for name in ("n", "m", *read, "sums", *written)}, **of_buffers}
    tables = {name: kind for (kind, _), name in printed.tables.items()}
    steps, calls = _functions("block", fused(block.pieces), known, tables)
    last, last_calls = _functions("end", fused(end.pieces), known, tables)
    size_of_block = f"int n = stop - start < {BLOCK} ? (int)(stop - start) : {BLOCK};"
    body = [f"for (long start = first; start < stop; start += {BLOCK}) {{"]
    body += [size_of_block] if "n" in _words(calls) else []
    body += [*calls, "}"]
    add = ["long first", "long stop", "long m", *_read(read), *_written(["sums", *values]), "buffers *restrict w"]
    finish = ["long m", *_read(read), *_read(["sums"]), *_written(written), "buffers *restrict w"]
    text = _PROGRAM.format(
        tables="".join(
            f"\nstatic {kind} {name}[{numbers.count(',') + 1}] = {{{numbers}}};"
            for (kind, numbers), name in printed.tables.items()
        ),
        buffers="\n".join(f"    double {name}[{count}];" for name, count in printed.buffers.items()) or "    int none;",
        functions=(_END_IN_ZEROS if "end_in_zeros(" in steps else "") + steps + last,
        block=BLOCK,
        add_samples=_function("void add_samples", add, body),
        finish=_function("void finish", finish, last_calls),
        sums=sums,
    )
    return functions_of(text) + text


def _sums(statements: Sequence[Statement], results: Sequence[Array]) -> tuple[dict[Array, Spot], int]:
    """Return where the sums over the samples stand, those that are results first, and how many numbers they are."""
    over_samples = [x.out for x in statements if reduces_samples(x)]
    sums: dict[Array, Spot] = {}
    size = 0
    for x in (*(x for x in results if x in over_samples), *over_samples):
        if x not in sums:
            sums[x] = in_rows("sums", x.shape, size)
            size += math.prod(x.shape)
    return sums, size


def _copy(section: Section, results: Sequence[Place]) -> None:
    """Write the copies of results that are a part of another array, or stand in two places."""
    runs: list[tuple[Spot, Spot, int]] = []  # from where to where how many numbers go that follow each other
    for x in results:
        spot, place = section.spot(x.array), in_rows(x.list, x.array.shape, x.start)
        if spot == place:
            continue
        if replace(spot, name=place.name, start=place.start) != place:
            section.fill(place, lambda indices, spot=spot: symbol(spot.at(indices)))  # type: ignore[misc]
            continue
        count = math.prod(spot.shape)
        if runs and _ends(*runs[-1]) == ((spot.name, spot.start), (place.name, place.start)):
            spot, place, before = runs.pop()
            count += before
        runs.append((spot, place, count))
    for spot, place, count in runs:
        source = in_rows(spot.name, (count,), spot.start)
        section.fill(
            in_rows(place.name, (count,), place.start),
            lambda indices, source=source: symbol(source.at(indices)),  # type: ignore[misc]
        )


def _ends(spot: Spot, place: Spot, count: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return (spot.name, spot.start + count), (place.name, place.start + count)


def with_call(
    text: str, inputs: Sequence[Place], results: Sequence[Place], of_samples: Sequence[Operand], cost: Operand
) -> str:
    """Return a program with functions of one struct, which `fields_of_call` has: they are called in less time.

    `run` computes the results, and returns the cost if that is the first of them, or a number; where they have a
    gradient, `descend` moves the parameters by it as well.
    """
    computed = "c->results[0]" if results and results[0].array is cost else "0.0"
    read, written = ["parameters", *(x.list for x in inputs)], list(dict.fromkeys(x.list for x in results))
    values = ["values"] if of_samples else []
    given = "".join(f", c->{name}" for name in read)
    add = f"add_samples(0, c->m, c->m{given}{''.join(f', c->{x}' for x in ['sums', *values])}, c->w);"
    end = f"finish(c->m{given}{''.join(f', c->{x}' for x in ['sums', *written])}, c->w);"
    lines = ["typedef struct {", "long m, count;", "double rate;", "double *parameters;"]
    lines += [*(f"const double *{x};" for x in read[1:])]
    lines += [*(f"double *{x};" for x in ["sums", *values, *written]), "buffers *w;", "} call;", ""]
    lines += [
        "double run(const call *c) {",
        "for (long i = 0, count = size_of_sums(); i < count; i++) c->sums[i] = 0.0;",
        add,
        end,
        f"return {computed if isinstance(cost, Array) else to_c(cost)};",
        "}",
    ]
    if "gradient" in written:
        lines += [
            "",
            "double descend(const call *c) {",
            "double J = run(c);",
            "for (long i = 0; i < c->count; i++) c->parameters[i] -= c->rate * c->gradient[i];",
            "return J;",
            "}",
        ]
    return text + "\n" + "\n".join(_indented(lines)) + "\n"


def fields_of_call(inputs: Sequence[Place], results: Sequence[Place], of_samples: Sequence[Operand]) -> list[str]:
    """Return the pointers in the struct that `run` is given, in their order after the numbers."""
    written = dict.fromkeys(x.list for x in results)
    return ["parameters", *(x.list for x in inputs), "sums", *["values"] * bool(of_samples), *written, "w"]


def c_listing(program: Compiled, parameters: Parameters) -> str:
    """Return a program as a C file: J and its gradient, and an update, with how they are called in its head."""
    inputs = lists_of(program.inputs)
    leaves = [Place(x, "parameters", parameters.starts[name]) for name, x in program.parameters.items()]
    gradients = [Place(program.fast[x.array], "gradient", x.start) for x in leaves]
    (cost,) = program.roots
    results = [Place(cost, "value")] if isinstance(cost, Array) else []
    statements = used(program.statements, [x.array for x in (*results, *gradients)])
    shown = listing(program)
    lines_of = {line.split(" = ")[0]: line for line in shown.forward}
    notes = {x: lines_of[name] for x, name in shown.names.items() if name in lines_of}
    text = c_text(statements, inputs, leaves, [*results, *gradients], [], program.names, notes)
    shapes = ", ".join(f"{name} {shape_text(x.shape)}" for name, x in program.parameters.items())
    lines = [f"   parameters, gradient: {shapes}"]
    lines += [f"   {x.list}: {shape_text(x.array.shape)}" for x in inputs]
    given = "".join(f", const double *{x.list}" for x in inputs)
    passed = "".join(f", {x.list}" for x in inputs)
    head = _HEAD.format(arrays=",\n".join(lines), count=len(parameters.vector))
    signature = f"double value_and_grad(long m, const double *parameters{given}, double *gradient, void *work)"
    call = _CALL.format(
        signature="\n".join(_wrapped(f"{signature} {{", 0)),
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
   two threads must not share; it is fastest from a multiple of 64 on.
   Compile with -ffp-contract=off, which is what makes the numbers the same everywhere. */

"""
_CALL = """
long size_of_work(void) {{ return size_of_buffers() + (size_of_sums() + 1) * (long)sizeof(double); }}

{signature}
    buffers *w = work;
    double J = 0.0, *sums = (double *)(w + 1);
    for (long i = 0, count = size_of_sums(); i < count; i++) sums[i] = 0.0;
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


def _rows(name: str, count: int) -> str:
    """Return where the first of the block's rows of so many numbers stands."""
    return f"{name} + {count} * start" if count != 1 else f"{name} + start"


def _functions(
    name: str, pieces: Sequence[Piece], known: Mapping[str, str], tables: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Return functions that do the pieces in their order, and the calls of them.

    Loops that come again with other arrays are a function of their own, which is compiled once; of the others there
    are some in each. Of the ``known`` names, which are those of arrays and counts, a function is given the ones that
    it uses.
    """
    arrays = {x for x in known if x not in ("n", "m")} | tables.keys()
    of_any = [of_any_arrays(piece, arrays) for piece in pieces]
    times = Counter("\n".join(piece.lines) for piece, _ in of_any)
    names: dict[str, str] = {}  # of functions, by what they do
    text, calls = "", []

    def call(lines: Sequence[str], given: Mapping[str, tuple[str, int]], notes: Sequence[str] = ()) -> None:
        nonlocal text
        words = _words(lines)
        head = [f"int {x} = {value};" for x, value in _COUNTS.items() if x in words]
        written = {found[1] or found[2] for line in lines if (found := _ASSIGNED.match(line))}
        counts = [x for x in ("n", "m") if x in words or (x == "n" and head)]
        if "n" in counts:  # it never is; a compiler that knows that loops are entered keeps their sums in registers
            head.append("if (n < 1) return;")
        if (key := "\n".join(lines)) not in names:
            names[key] = f"{name}_{len(names) + 1}"
            types = {
                x: tables.get(array, "double" if x in written else "const double") for x, (array, _) in given.items()
            }
            parameters = [{"n": "int n", "m": "long m"}[x] for x in counts]
            parameters += [f"{kind} *restrict {x}" for x, kind in types.items()]
            text += "\n" + _function(f"NOT_INLINED static void {names[key]}", parameters, [*head, *lines])
        places = [known.get(array, array) + (f" + {start}" if start else "") for array, start in given.values()]
        calls.extend([*notes, f"{names[key]}({', '.join([*counts, *places])});"])

    group: list[Piece] = []

    def call_group() -> None:
        if group:
            lines = [line for piece in group for line in piece.lines]
            words = _words(lines)
            call(lines, {x: (x, 0) for x in known if x in arrays and x in words})
            group.clear()

    for piece, (one, given) in zip(pieces, of_any, strict=True):
        if len(piece.lines) > 1 and times["\n".join(one.lines)] > 1:
            call_group()
            call(one.lines, given, [f"/* {note} */" for note in piece.notes])
        else:
            group.append(piece)
            if len(group) == STATEMENTS_AT_ONCE:
                call_group()
    call_group()
    return text, calls


def _words(lines: Iterable[str]) -> set[str]:
    """Return the words in lines of C, without those of comments."""
    return set(_WORDS.findall("\n".join(line for line in lines if not line.startswith("/*"))))


def _function(name: str, parameters: Sequence[str], body: Sequence[str]) -> str:
    """Return a C function; parameters that it does not use are named as such, which silences compilers."""
    words = _words(body)
    unused = [f"(void){own};" for x in parameters if (own := _WORDS.findall(x)[-1]) not in words]
    head = f"{name}({', '.join(parameters) or 'void'}) {{"
    return "\n".join(_indented([head, *([" ".join(unused)] if unused else []), *body, "}"])) + "\n"


def _indented(lines: Iterable[str]) -> list[str]:
    """Return lines of C indented by their braces, the long ones broken."""
    depth, out = 0, []
    for line in lines:
        depth -= line.startswith("}")
        out += _wrapped(line, depth)
        depth += line.endswith("{")
    return out


def _wrapped(line: str, depth: int) -> list[str]:
    indent = "    " * depth
    if len(indent) + len(line) <= WIDTH:
        return [indent + line]
    joined = _UNBROKEN.sub(lambda part: part[0].replace(" ", "\0"), line)
    more = indent + "        "
    broken = textwrap.wrap(
        joined, WIDTH, initial_indent=indent, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
    )
    return [part.replace("\0", " ") for part in broken]


def _own_name(name: str) -> str:
    """Return the name of an array in C: not a word of the language, nor a name that the program has."""
    return f"{name}_" if name in _RESERVED or name.startswith("m_") else name


_PROGRAM = """
#if defined(__GNUC__)
#define NOT_INLINED __attribute__((noinline)) /* long functions take long to compile */
#else
#define NOT_INLINED
#endif
{tables}
/* what is computed for the samples of a block, or once; an array of samples has those innermost */
typedef struct {{
{buffers}
}} buffers;
{functions}
/* Adds up over the samples from first to stop, of m in all, a block of at most {block} at a time. */
{add_samples}
/* Writes the results, from the sums over the samples. */
{finish}
long size_of_buffers(void) {{ return (long)sizeof(buffers); }}
long size_of_sums(void) {{ return {sums}; }}
"""
_END_IN_ZEROS = f"""
/* Sets the numbers past the n samples of a block to 0, in each row of an array: sums over samples go on over them. */
NOT_INLINED static void end_in_zeros(int n, int rows, double *x) {{
    for (int a = 0; a < rows; a++) {{
        for (int s = n; s % {WHOLE}; s++) x[s + {BLOCK} * a] = 0.0;
    }}
}}
"""
_COUNTS = {
    "filled": f"(n + {WHOLE - 1}) / {WHOLE} * {WHOLE}",  # of samples, the last of which is there several times
    "whole": f"n / {WHOLE} * {WHOLE}",  # of samples, in groups of which none is there several times
}
_RESERVED = {
    *("auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern"),
    *("float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed"),
    *("sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while"),
    # and the program's own
    *("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "m", "n", "p", "q", "s", "w", "p0", "p1", "p2", "p3"),
    *("t1", "t2", "t3", "t4", "first", "stop", "start", "row", "filled", "whole", "small", "rest", "tied", "earlier"),
    *("none", "value", "buffers", "sums", "parameters", "gradient", "values", "results", "NAN", "INFINITY", "SHIFT"),
    "end_in_zeros",
}
_OF_FUNCTIONS = re.compile(r"(block|end)_\d+")
_UNBROKEN = re.compile(r"\[[^\]]*\]|(?:const )?(?:double|buffers) \*(?:restrict )?\w+")
_ASSIGNED = re.compile(r"(\w+)\[[^=]*\] [-+]?= |end_in_zeros\(n, \d+, (\w+)\)")


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
    depth: Counter[Array] = Counter()  # of the formulas that wait
    for statement in statements:
        out = statement.out
        deep = 1 + max((depth[x] for x in statement.args if isinstance(x, Array)), default=0)
        if out not in kept and uses[out] == 1 and deep < DEEPEST and _can_wait(statement, user[out]):
            section.waiting[out] = statement  # type: ignore[assignment]
            depth[out] = deep
        else:
            section.write(statement)
        section.note(out)


def _can_wait(statement: Statement, user: Statement) -> bool:
    """Return whether each element of what a statement computes is read once, by what can compute it as well."""
    of_same_shape = isinstance(user, Map) and user.out.shape == statement.out.shape
    if isinstance(statement, Contract):
        return of_same_shape and not reduces_samples(statement)
    return isinstance(statement, Map) and (isinstance(user, Reduce) or of_same_shape)


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
_DEFINED = re.compile(r"^(?:static (?:inline )?\w+ |typedef struct {[^}]*} |#define )(\w+)", re.MULTILINE)
