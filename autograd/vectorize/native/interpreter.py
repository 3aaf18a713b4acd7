"""A C program that runs any graph of scalars, printed from the table of operations.

A graph is a list of instructions; instruction i computes slot leaves + i. It is three numbers: its operation with the
inputs that a gradient is handed to, and the slots of its first two inputs (of an operation of three: its first, and
where the other two stand in a list of their own). Before the first and after the last stands one that ends the run. The
program is the same for every graph, so it is compiled once.

Each case jumps to the next by itself, through a table of labels: processors guess such jumps from what came before
them. C has no labels in tables; gcc, clang and zig do.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import product

from autograd.ops import OPERATIONS, Operation, for_added_rows
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol, to_c
from autograd.vectorize.record import ROWS

LETTERS = ("x", "y", "z")
_READ = {"x": "leaf[t->x]", "g": "gradient[i]", "out": "value[i]"}  # what a backward case may use

_FRAME = """\
#pragma GCC diagnostic ignored "-Wpedantic"

typedef struct { int32_t code, x, y; } instruction; /* code: the case, forward below 2^16 and backward above */

/* Computes the slots after the leaves. */
static void forward(const instruction *t, const int32_t *more, double *leaf, double *value) {
    static const void *const labels[] = {%(labels)s};
    (void)more;
#define NEXT value++; t++; goto *labels[t->code & 0xffff]
    goto *labels[t->code & 0xffff];
%(forward)s
unknown: { *value = NAN; NEXT; }
end:;
#undef NEXT
}
%(backward)s"""

_BACKWARD = """
/* Adds gradient times local derivative into the gradients of the inputs, the last instruction first%(note)s. */
static void %(name)s(long i, const instruction *t, const int32_t *more, const double *leaf, const double *value,
                     double *d, const double *gradient%(parameters)s) {
    static const void *const labels[] = {%(labels)s};
    (void)more; (void)leaf; (void)value;
#define NEXT do { i--; t--; }%(skip)s goto *labels[t->code >> 16]
    NEXT;
%(cases)s
nothing: { NEXT; }
end:;
#undef NEXT
}
"""

_RUN = """
/* A graph, and what is to be computed. value, gradient and reached have a place for every slot, the leaves' first. */
typedef struct {
    long leaves, count, root;
    const instruction *tape;
    const int32_t *more;
    double *value, *gradient;
    unsigned char *reached; /* none where the graph chooses nothing */
    long variables; /* leaves that are set before, and whose gradients are wanted */
    const int32_t *of_variables;
    const double *vector;
    long inputs; /* leaves that are set for each sample */
    const int32_t *of_inputs;
    long samples, each, backward; /* each: the gradients of every sample, else their sums */
    const double *sample;
    double *roots, *sums;
} work;

static void differentiate(const work *w) {
    memset(w->gradient, 0, (size_t)(w->leaves + w->count) * sizeof(double));
    w->gradient[w->root] = 1.0;
    if (w->reached) {
        memset(w->reached, 0, (size_t)(w->leaves + w->count));
        w->reached[w->root] = 1;
        backward_of_choices(w->count, w->tape + w->count, w->more, w->value, w->value + w->leaves, w->gradient,
                            w->gradient + w->leaves, w->reached, w->reached + w->leaves);
    } else {
        backward(w->count, w->tape + w->count, w->more, w->value, w->value + w->leaves, w->gradient,
                 w->gradient + w->leaves);
    }
}

/* Computes the root for each sample, and the sums over the samples of the gradients by the variables. */
void run(const work *w) {
    for (long j = 0; j < w->variables; j++) {
        w->value[w->of_variables[j]] = w->vector[j];
        if (w->backward && !w->each) w->sums[j] = 0.0;
    }
    for (long s = 0; s < w->samples; s++) {
        for (long j = 0; j < w->inputs; j++) w->value[w->of_inputs[j]] = w->sample[s * w->inputs + j];
        forward(w->tape, w->more, w->value, w->value + w->leaves);
        w->roots[s] = w->value[w->root];
        if (!w->backward) continue;
        differentiate(w);
        for (long j = 0; j < w->variables; j++) {
            double slope = w->gradient[w->of_variables[j]];
            if (w->each) w->sums[s * w->variables + j] = slope;
            else w->sums[j] += slope;
        }
    }
}
"""


def last_code() -> int:
    """Return the code of the instruction that ends a run, forward and backward."""
    return len(ROWS) | 8 * len(ROWS) << 16


def case_of(row: int, handed: tuple[bool, ...]) -> int:
    """Return the backward case of a row of the table, where a gradient is handed to these of its inputs; 0 for none.

    >>> case_of(0, (False, False)), case_of(0, (True, False)), case_of(1, (True, True))
    (0, 1, 11)
    """
    mask = sum(1 << k for k, wanted in enumerate(handed) if wanted)
    return 8 * row + mask if mask else 0


def elementary() -> str:
    """Return the C text of the elementary functions, and of those that the table derives from them."""
    text = files(__package__).joinpath("elementary.c").read_text(encoding="utf-8")
    written = [row for row in OPERATIONS.values() if f" m_{row.name}(" in text or row.infix or row.name == "where"]
    derived = [_function(row) for row in OPERATIONS.values() if row not in written]
    return "\n\n".join([text.rstrip(), *derived]) + "\n"


def _function(row: Operation) -> str:
    letters = [symbol(letter) for letter in LETTERS[: row.arity]]
    rule = row.formula if row.elementary else row.value
    lines, (value,) = with_parts([rule(SYMBOLS, *letters)])  # type: ignore[misc]
    given = ", ".join(f"double {x.name}" for x in letters)
    body = "".join(f"    {line}\n" for line in lines)
    return f"static inline double m_{row.name}({given}) {{\n{body}    return {value};\n}}"


def with_parts(formulas: list[Formula]) -> tuple[list[str], list[str]]:
    """Return the C of formulas, before it the parts that stand in them more than once, as variables."""
    times: Counter[Expression] = Counter()

    def count(formula: Formula) -> None:
        if isinstance(formula, Expression) and formula.inputs:
            times[formula] += 1
            if times[formula] == 1:
                for x in formula.inputs:
                    count(x)

    for formula in formulas:
        count(formula)
    lines: list[str] = []
    known: dict[Expression, Formula] = {}

    def named(formula: Formula) -> Formula:
        if not isinstance(formula, Expression) or not formula.inputs:
            return formula
        if formula not in known:
            part = Expression(formula.name, tuple(map(named, formula.inputs)))
            if times[formula] > 1:
                lines.append(f"double t{len(lines) + 1} = {to_c(part)};")
                known[formula] = symbol(f"t{len(lines)}")
            else:
                known[formula] = part
        return known[formula]

    texts = [to_c(named(formula)) for formula in formulas]
    return lines, texts


def _operands(row: Operation) -> str:
    second = "double y = leaf[t->y]; " if row.arity == 2 else ""
    return second if row.arity < 3 else "double y = leaf[more[t->y]], z = leaf[more[t->y + 1]]; "


def _forward_case(number: int, row: Operation) -> str:
    letters = [symbol(letter) for letter in LETTERS[: row.arity]]
    value = to_c(Expression(row.name, tuple(letters)))
    return f"f{number}: {{ double x = leaf[t->x]; {_operands(row)}*value = {value}; NEXT; }}"


def _backward_case(number: int, row: Operation, handed: tuple[bool, ...], choices: bool) -> str:
    letters = [symbol(letter) for letter in LETTERS[: row.arity]]
    places = ("t->x", "t->y") if row.arity < 3 else ("t->x", "more[t->y]", "more[t->y + 1]")
    wanted = [k for k in range(row.arity) if handed[k]]
    if row.unchosen:
        conditions = {k: row.unchosen[k](SYMBOLS, *letters) for k in wanted}
        lines = [
            f"if (!({to_c(unchosen)})) {{ d[{places[k]}] += g; reached[{places[k]}] = 1; }}"
            for k, unchosen in conditions.items()
            if isinstance(unchosen, Expression)
        ]
    else:
        lines, slopes = with_parts([row.partials[k](SYMBOLS, *letters, symbol("out")) for k in wanted])
        for k, slope in zip(wanted, slopes, strict=True):
            lines.append(f"d[{places[k]}] += {_times_gradient(slope)};")
            if choices:
                lines.append(f"reached[{places[k]}] = 1;")
    text = " ".join(lines)
    words = set(re.findall(r"\w+", text.replace("t->x", "").replace("t->y", "")))
    read = [f"double {name} = {place};" for name, place in _READ.items() if name in words]
    used = _operands(row) if words & {"y", "z"} else ""
    return f"b{case_of(number, handed)}: {{ {' '.join(read)} {used}{text} NEXT; }}"


def _times_gradient(slope: str) -> str:
    if slope in ("1.0", "-1.0"):
        return "g" if slope == "1.0" else "-g"
    return f"({slope}) * g"


@cache
def source() -> str:
    """Return the program."""
    rows = [(number, row) for number, row in enumerate(ROWS) if OPERATIONS.get(row.name) is row]
    forward = "\n".join(_forward_case(number, row) for number, row in rows)
    known = {number: f"&&f{number}" for number, _ in rows} | {len(ROWS): "&&end"}
    labels = ", ".join(known.get(number, "&&unknown") for number in range(len(ROWS) + 1))
    backward = ""
    for choices in (False, True):
        cases = {
            case_of(number, handed): _backward_case(number, row, handed, choices)
            for number, row in rows
            if choices or not row.unchosen
            for handed in product((False, True), repeat=row.arity)
            if any(handed)
        }
        last = 8 * len(ROWS)
        places = {number: f"&&b{number}" for number in cases} | {last: "&&end"}
        backward += _BACKWARD % {
            "name": "backward_of_choices" if choices else "backward",
            "note": ",\n   past those that no choice handed a gradient to" if choices else "",
            "parameters": ", unsigned char *reached, const unsigned char *passed" if choices else "",
            "skip": " while (i >= 0 && !passed[i]);" if choices else " while (0);",
            "labels": ", ".join(places.get(number, "&&nothing") for number in range(last + 1)),
            "cases": "\n".join(cases.values()),
        }
    return elementary() + "\n" + _FRAME % {"labels": labels, "forward": forward, "backward": backward} + _RUN


for_added_rows(lambda _row: source.cache_clear())
