"""A C program that runs any graph of scalars, printed from the table of operations.

A graph is a list of instructions; instruction i computes slot leaves + i. It has a case for the way forward, a case for
the way back, and the slots of its first two inputs (of an operation of three: its first, and where the other two stand
in a list of their own). Before the first and after the last stands one that ends the run. The program is the same for
every graph, so it is compiled once.

Each case jumps to the next by itself, through a table of labels: processors guess such jumps from what came before
them. C has no labels in tables; gcc, clang and zig do. What one case computed and the next one reads stays in a
register, forward and back: through memory it would take as long as a product and a sum.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TypeVar

from autograd.aliases import Ints
from autograd.ops import OPERATIONS, Operation, for_added_rows
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol, to_c
from autograd.vectorize.record import ROWS

Number = TypeVar("Number", int, Ints)
LETTERS = ("x", "y", "z")
_READ = {"x": "leaf[t->x]", "out": "value[i]"}  # what a backward case may use

_FRAME = """\
#pragma GCC diagnostic ignored "-Wpedantic"

typedef struct { uint16_t forward, backward; int32_t x, y; } instruction; /* two cases, two inputs */

/* Computes the slots after the leaves; last is what was computed last. */
static void forward(const instruction *t, const int32_t *more, double *leaf, double *value) {
    static const void *const labels[] = {%(labels)s};
    double last = 0.0;
    (void)more;
#define NEXT *value++ = last; t++; goto *labels[t->forward]
    goto *labels[t->forward];
%(forward)s
unknown: { last = NAN; NEXT; }
end:;
#undef NEXT
}
%(backward)s"""

_BACKWARD = """
/* Adds gradient times local derivative into the gradients of the inputs, the last instruction first%(note)s.
   g is that of the slot, which is 0 again once it is read; before the first one stands a leaf that nothing reads. */
static void %(name)s(long i, const instruction *t, const int32_t *more, const double *leaf, const double *value,
                     double *d, double *gradient%(parameters)s) {
    static const void *const labels[] = {%(labels)s};
    double g;
    (void)more; (void)leaf; (void)value;
#define NEXT do { i--; t--; }%(skip)s g = gradient[i]; gradient[i] = 0.0; goto *labels[t->backward]
#define CARRIED i--; t--; goto *labels[t->backward]
    NEXT;
%(cases)s
nothing: { NEXT; }
end:;
#undef NEXT
#undef CARRIED
}
"""

_RUN = """
/* A graph, and what is to be computed. value, gradient and reached have a place for every slot, the leaves' first;
   gradient is all 0 before, and after but for the leaves. */
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
    memset(w->gradient, 0, (size_t)w->leaves * sizeof(double));
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


def forward_case(row: Number, before: Number) -> Number:
    """Return the case of a row of the table; its first or second input, or none (1, 2, 0), was computed just before."""
    return 3 * row + before


def backward_case(row: Number, handed: Number, carried: Number) -> Number:
    """Return the case of a row of the table, where a gradient is handed to these inputs (1, 2 and 4, added up).

    The first or second of them, or none (1, 2, 0), stands just before and gets no other: it is carried in a register.
    """
    return 24 * row + 8 * carried + handed


def last_cases() -> tuple[int, int]:
    """Return the cases that end a run, forward and backward."""
    return forward_case(len(ROWS), 0), backward_case(len(ROWS), 0, 0)


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


def _forward_cases(number: int, row: Operation) -> dict[int, str]:
    """Return the cases of a row: that which reads its first input from memory goes on into that which has it."""
    letters = [symbol(letter) for letter in LETTERS[: row.arity]]
    computed = f"last = {to_c(Expression(row.name, tuple(letters)))}; NEXT; }}"
    cases = ["last = leaf[t->x];", f"{{ double x = last; {_operands(row)}{computed}"]
    if row.arity == 2:
        cases.append(f"{{ double x = leaf[t->x], y = last; {computed}")
    return {forward_case(number, before): text for before, text in enumerate(cases)}


def _backward_case(row: Operation, handed: int, carried: int, choices: bool) -> str:
    letters = [symbol(letter) for letter in LETTERS[: row.arity]]
    places = ("t->x", "t->y") if row.arity < 3 else ("t->x", "more[t->y]", "more[t->y + 1]")
    wanted = [k for k in range(row.arity) if handed >> k & 1]
    if row.unchosen:
        conditions = {k: row.unchosen[k](SYMBOLS, *letters) for k in wanted}
        lines = [
            f"if (!({to_c(unchosen)})) {{ d[{places[k]}] += g; reached[{places[k]}] = 1; }}"
            for k, unchosen in conditions.items()
            if isinstance(unchosen, Expression)
        ]
    else:
        lines, slopes = with_parts([row.partials[k](SYMBOLS, *letters, symbol("out")) for k in wanted])
        products = dict(zip(wanted, map(_times_gradient, slopes), strict=True))
        own = products.pop(carried - 1, None)
        for k, product in products.items():
            lines.append(f"d[{places[k]}] += {product};")
            if choices:
                lines.append(f"reached[{places[k]}] = 1;")
        if own is not None:
            lines.append(f"g = {own};")
    text = " ".join(lines)
    words = set(re.findall(r"\w+", text.replace("t->x", "").replace("t->y", "")))
    read = [f"double {name} = {place};" for name, place in _READ.items() if name in words]
    used = _operands(row) if words & {"y", "z"} else ""
    return f"{{ {' '.join(read)} {used}{text} {'CARRIED' if carried else 'NEXT'}; }}"


def _times_gradient(slope: str) -> str:
    if slope in ("1.0", "-1.0"):
        return "g" if slope == "1.0" else "-g"
    return f"({slope}) * g"


@cache
def source() -> str:
    """Return the program."""
    rows = [(number, row) for number, row in enumerate(ROWS) if OPERATIONS.get(row.name) is row]
    last_forward, last_backward = last_cases()
    forward = {case: text for number, row in rows for case, text in _forward_cases(number, row).items()}
    backward = ""
    for choices in (False, True):
        cases = {
            backward_case(number, handed, carried): _backward_case(row, handed, carried, choices)
            for number, row in rows
            if choices or not row.unchosen
            for handed in range(1, 2**row.arity)
            for carried in (0, 1, 2)
            if carried == 0 or (handed & carried and row.arity < 3 and not choices)
        }
        backward += _BACKWARD % {
            "name": "backward_of_choices" if choices else "backward",
            "note": ",\n   past those that no choice handed a gradient to" if choices else "",
            "parameters": ", unsigned char *reached, const unsigned char *passed" if choices else "",
            "skip": " while (i >= 0 && !passed[i]);" if choices else " while (0);",
            "labels": _labels("b", cases, "nothing", last_backward),
            "cases": _labelled("b", cases),
        }
    labels = _labels("f", forward, "unknown", last_forward)
    frame = _FRAME % {"labels": labels, "forward": _labelled("f", forward), "backward": backward}
    return elementary() + "\n" + frame + _RUN


def _labelled(letter: str, cases: dict[int, str]) -> str:
    return "\n".join(f"{letter}{number}: {text}" for number, text in cases.items())


def _labels(letter: str, cases: dict[int, str], other: str, last: int) -> str:
    names = [f"{letter}{number}" if number in cases else other for number in range(last)]
    return ", ".join(f"&&{name}" for name in [*names, "end"])


for_added_rows(lambda _row: source.cache_clear())
