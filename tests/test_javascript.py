"""Every operation of the table in JavaScript against Python, value and partials.

The two differ in their mathematical libraries only: each function of either is right to about 1 unit in the last place
(ulp), so a rule of a few functions differs by a few.
"""

import itertools
import json
import math
import random

import pytest
from browser import evaluate, number

from autograd.ops import IEEE, OPERATIONS, Ieee, local_derivative
from autograd.ops import evaluate as value_of
from autograd.player.page import engine_script

ULPS = 6
# Local derivatives that are a difference of terms of this size near their zeros; number 1 is the first partial.
SUM_OF_TERMS = {("gelu", 1): 0.25, ("silu", 1): 0.25}
SPECIAL = [0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 1e-300, -1e-300, 5e-324, 1e300, -1e300, 745.0, -745.0]
SPECIAL += [math.inf, -math.inf, math.nan]


CUBES = [sign * float(n) ** 3 for n in range(1, 13) for sign in (1, -1)]  # whose roots come out whole
JOINS = [("sinc", [0.49999]), ("sinc", [-0.49999]), ("pow", [1.5, 1733.0])]  # where a rule gives way to another one


def inputs_of(row, rng, count):
    """Random inputs inside the domain, small and large, of both signs."""
    for _ in range(count):
        numbers = []
        for low, high in row.domain:
            x = rng.uniform(-6.0, 6.0) if rng.random() < 0.7 else rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-8.0, 2.4)
            if math.isfinite(high):
                x = rng.uniform(low, high)
            elif math.isfinite(low):
                x = low + abs(x)
            numbers.append(x)
        try:
            value_of(row, *numbers)
        except (ArithmeticError, ValueError):
            continue
        yield numbers


def in_javascript(points, engine=None):
    """Value and partials of each operation at each point, as floats, by the page's engine or another one."""
    given = json.dumps([[name, [str(x) for x in numbers]] for name, numbers in points])
    given = given.replace('"inf"', '"Infinity"').replace('"-inf"', '"-Infinity"')
    source = f"""{engine or engine_script()}
        const points = {given}.map(([name, numbers]) => [name, numbers.map(Number)]);
        const results = points.map(([name, numbers]) => {{
          const {{ value, partials }} = operations[name];
          const out = value(...numbers);
          return [out, ...partials.map((partial) => partial(...numbers, out))].map(String);
        }});"""
    return [[number(text) for text in texts] for texts in evaluate(source, "results")]


def apart(got, want, size=0.0):
    """How many ulp of `want`, or of a term of `size`, two numbers differ by, the sign of zero aside; inf if one is."""
    if got == want or (got != got and want != want):
        return 0.0
    steps = abs(got - want) / math.ulp(max(abs(want), size))
    return steps if math.isfinite(steps) else math.inf


def test_every_operation_is_pythons_to_a_few_ulp():
    rng = random.Random(20)
    points = [(row.name, numbers) for row in OPERATIONS.values() for numbers in inputs_of(row, rng, 500)]
    points += JOINS
    assert {name for name, _ in points} == set(OPERATIONS)
    for (name, numbers), got in zip(points, in_javascript(points), strict=True):
        row = OPERATIONS[name]
        out = value_of(row, *numbers)
        want = [out, *(local_derivative(row, i, numbers, out) for i in range(row.arity))]
        for i, (g, w) in enumerate(zip(got, want, strict=True)):
            assert apart(g, w, SUM_OF_TERMS.get((name, i), 0.0)) <= ULPS, (name, i, numbers, g, w)


def test_every_operation_is_pythons_at_special_numbers():
    """Zeros, subnormals, infinities and nan: where Python raises, the page has the number of IEEE 754."""
    points = [
        (row.name, list(numbers))
        for row in OPERATIONS.values()
        for numbers in itertools.product(SPECIAL, repeat=row.arity)
    ]
    for (name, numbers), got in zip(points, in_javascript(points), strict=True):
        row = OPERATIONS[name]
        given = [Ieee(x) for x in numbers]
        out = Ieee(row.value(IEEE, *given))
        want = [out, *(rule(IEEE, *given, out) for rule in row.partials)]
        for i, (g, w) in enumerate(zip(got, map(float, want), strict=True)):
            assert apart(g, w, SUM_OF_TERMS.get((name, i), 0.0)) <= ULPS, (name, i, numbers, g, w)


def test_cube_roots_of_cubes_are_whole():
    roots = [value for value, _ in in_javascript([("cbrt", [x]) for x in CUBES])]
    assert [root**3 for root in roots] == CUBES


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_the_error_functions_are_right_to_a_few_ulp(name):
    """Against 40 digits, through every interval of their approximation and down to where erfc is subnormal."""
    mpmath = pytest.importorskip("mpmath", reason="mpmath is not installed")
    xs = [i * 0.0137 - 6.6 for i in range(2410)]
    got = evaluate(engine_script(), f"{json.dumps(xs)}.map({name})")
    with mpmath.workdps(40):
        for x, g in zip(xs, got, strict=True):
            true = getattr(mpmath, name)(mpmath.mpf(x))
            if abs(true) > 1e-300:
                assert abs(mpmath.mpf(g) - true) <= 3 * math.ulp(float(true)), (x, g, true)
