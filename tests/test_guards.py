"""Recorded functions do not follow what is no longer true: each runs beside its plain self, on changing numbers."""

import array
import collections
import contextlib
import contextvars
import copy
import ctypes
import functools
import itertools
import json
import logging
import math
import os
import pickle
import queue
import random
import statistics
import threading
import time
import types
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import numpy as np
import pytest

from autograd import Constant, Value
from autograd.outside import Outside
from autograd.transform import no_grad
from autograd.vectorize import vectorize

NUMBERS = [
    (1.0, 2.0),
    (1.0, 2.0),
    (2.0, 1.5),
    (-1.0, 0.5),
    (0.25, -3.0),
    (-2.0, -2.0),
    (5.0, 0.0),
    (0.0, 3.0),
    (1.0, 2.0),
]


def assert_followed(make, numbers=NUMBERS, warning=None):
    """Assert that a vectorized function has the value and gradient of a plain twin on each of the numbers in turn."""
    plain, fast = make(), vectorize(make())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for x in numbers:
            leaves = [Value(number) for number in x]
            root = plain(*leaves)
            root.backward()
            value, slopes = fast.value_and_grad(*x)
            assert value == pytest.approx(root.data, rel=1e-12, nan_ok=True)
            assert [float(s) for s in slopes] == pytest.approx([leaf.grad for leaf in leaves], rel=1e-12, abs=1e-15)
    found = [str(w.message) for w in caught]
    assert len(found) == (warning is not None), found
    if warning is not None:
        assert warning in found[0]
    return fast


# What is done with .data ----------------------------------------------------------------------------------------------


def by_data(x, y):
    return x * y if x.data > 0 else x - y


def by_the_size_of_a_difference(x, y):
    d = x - y
    return 0.5 * d * d if abs(d.data) <= 2.0 else abs(d) - 0.5


def shifted_softmax(x, y):
    shift = max(v.data for v in (x, y))
    powers = [(v - shift).exp() for v in (x, y)]
    return powers[0] / sum(powers)


def numbers_as_factors(x, y):
    return x * (2.0 * y.data + 1) ** 2 - y.data / 4 * -x + abs(x.data - 1.0) * y + (3 - x.data) * y.data


def constants_of_numbers(x, y):
    return Constant(x.data) * y + Value(y.data) * x * Constant(x.data * y.data)


def whole_numbers_beside_them(x, y):
    return x * max(0, y.data) + y * min(1, x.data, 2)


def without_gradient(x, y):
    with no_grad():
        square = x * x + (y * 0.5).tanh()
    return 3.0 * x + square * y


def by_truth(x, y):
    return x if y.data else -x * 2.0


def by_value_and_number(x, y):
    return x * 2.0 if x > y.data else x if y.data < x * 0.1 else -x


def chained(x, y):
    return x * 3.0 if 0.0 <= x.data < 2.0 else y * y


def unequal(x, y):
    return x + y if x.data == 1.0 or y.data != -2.0 else x - y


@pytest.mark.parametrize(
    "function",
    [
        by_data,
        by_the_size_of_a_difference,
        shifted_softmax,
        numbers_as_factors,
        constants_of_numbers,
        whole_numbers_beside_them,
        without_gradient,
        by_truth,
        by_value_and_number,
        chained,
        unequal,
    ],
)
def test_numbers_taken_out_of_values(function):
    assert_followed(lambda: function)


def test_calculating_with_numbers_needs_no_new_recording():
    for function in (numbers_as_factors, constants_of_numbers, whole_numbers_beside_them, without_gradient):
        assert repr(assert_followed(lambda function=function: function)).endswith("1 recording>")
    wide = vectorize(lambda v: sum((x - max(x.data for x in v)).exp() for x in v).log())
    rng = np.random.default_rng(0)
    for _ in range(50):
        x = rng.normal(size=5)
        assert wide(x) == pytest.approx(math.log(sum(np.exp(x - x.max()))), rel=1e-12)
    assert repr(wide) == "<vectorized <lambda>: 1 recording>"


TABLE = {1: 10.0, 2: 20.0, -1: 30.0}


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x * int(y.data),
        lambda x, y: x * TABLE.get(x.data, 1.0) + y,
        lambda x, y: x * len(f"{y.data:.1f}") + y,
        lambda x, y: x * len(str(y.data)),
        lambda x, y: x * float(f"{y:.1f}"),
        lambda x, y: x * round(y.data),
        lambda x, y: x * (y.data // 1.0) + x * (y.data % 1.5),
        lambda x, y: x * math.floor(y.data),
        lambda x, y: x * math.exp(y.data),
        lambda x, y: x * math.sin(2.0 * y.data),
        lambda x, y: x * float(np.exp(y.data)),
        lambda x, y: x * float(np.array([x.data, y.data]).max()),
        lambda x, y: x * math.fsum([x.data, y.data]),
        lambda x, y: x * statistics.mean([x.data, y.data]),
        lambda x, y: x * float(y.data),
        lambda x, y: x * hash(y.data),
        lambda x, y: x * json.loads(json.dumps(y.data)),
        lambda x, y: x * copy.copy(y.data) * pickle.loads(pickle.dumps(x.data)),
        lambda x, y: x**y.data if x.data > 0 else x * complex(y.data).real,
        lambda x, y: x * math.copysign(1.0, y.data),
    ],
)
def test_numbers_used_as_numbers(function):
    fast = assert_followed(lambda: function)
    assert repr(fast) != "<vectorized <lambda>: 0 recordings>"


def test_a_number_that_leaks_after_it_was_compared():
    def largest_squared(x, y):
        a, b = x.data, y.data
        return x * math.pow(a if a > b else b, 2.0)  # compared, and then read by C

    assert_followed(lambda: largest_squared, warning="changes from call to call")


def test_numbers_kept_by_the_function_are_plain_afterwards():
    kept = []

    @vectorize
    def logged(x):
        kept.append(x.data * 2.0)
        return x * x

    assert logged(3.0) == 9.0
    number = kept[0]
    assert number + 1.0 == 7.0
    assert type(number + 1.0) is float
    assert json.dumps(number) == "6.0"
    assert {number: 1}[6.0] == 1
    assert (number > 1.0, bool(number), number == 6.0) == (True, True, True)
    assert number * Value(2.0) == number * Value(2.0) or (number * Value(2.0)).data == 12.0


def test_a_function_that_sets_data_or_reads_gradients_is_computed_number_by_number():
    def own_gradient(x, y):
        z = x * x * y
        z.backward()
        return y * x.grad

    def own_step(x, y):
        w = Value(1.0)
        w.data = w.data + x.data
        return w * y

    assert_followed_values = [(1.0, 2.0), (2.0, 3.0), (3.0, 1.0)]
    for function, words in ((own_gradient, "reads the grad"), (own_step, "sets the data")):
        fast = vectorize(function)
        with pytest.warns(UserWarning, match=words):
            found = [fast(*x) for x in assert_followed_values]
        expected = [function(*map(Value, x)).data for x in assert_followed_values]
        assert found == expected


# Exceptions that the function catches ---------------------------------------------------------------------------------


def logarithm_or_0(x, y):
    try:
        return x.log() * y
    except ValueError:
        return y * 3.0


def quotient_or_0(x, y):
    try:
        quotient = x / y
    except ZeroDivisionError:
        quotient = x * 0.0
    return quotient.tanh()


def bare(x, y):
    try:
        e = (x * 400.0).exp()
    except:  # noqa: E722
        e = y * 1.0
    return 1.0 / (1.0 + e * e) if e < 1e100 else y * 2.0


def tried_out(x, y):
    with contextlib.suppress(ValueError):
        x.sqrt()
        return x * y
    return y * 2.0


@pytest.mark.parametrize("function", [logarithm_or_0, quotient_or_0, bare, tried_out])
def test_exceptions_that_are_caught(function):
    assert_followed(lambda: function)
    assert_followed(lambda: function, NUMBERS[::-1])


def test_exceptions_of_a_function_that_catches_none():
    fast = vectorize(lambda x: x.log() * 2.0)
    with pytest.raises(ValueError, match="log"):
        fast(-1.0)
    assert fast(1.0) == 0.0
    for _ in range(20):
        assert math.isnan(fast(-1.0))  # as programs have it: where the graph raises, arrays have inf or nan
    assert fast(math.e) == pytest.approx(2.0)


# Elsewhere ------------------------------------------------------------------------------------------------------------


def in_a_new_thread(decide):
    found = []
    thread = threading.Thread(target=lambda: found.append(decide()))
    thread.start()
    thread.join()
    return found[0]


POOL = ThreadPoolExecutor(1)


def in_a_pool(decide):
    return POOL.submit(decide).result()


def in_a_context(decide):
    return contextvars.Context().run(decide)


@pytest.mark.parametrize("elsewhere", [in_a_new_thread, in_a_pool, in_a_context])
def test_what_is_decided_in_other_threads_and_contexts(elsewhere):
    def compares(x, y):
        return x * y if elsewhere(lambda: x > 0) else x - y

    def reads(x, y):
        return x * y if elsewhere(lambda: x.data) > 0 else x - y

    def catches(x, y):
        def logarithm():
            try:
                return x.log()
            except ValueError:
                return y * 2.0

        return elsewhere(logarithm) * y

    for function in (compares, reads, catches):
        assert_followed(lambda function=function: function)


def test_what_other_threads_do_with_values_of_their_own_is_no_decision():
    stop = threading.Event()

    def busy():
        w = Value(1.0)
        while not stop.is_set():
            if w * 2.0 > 1.0 and w.data:
                w.data = random.random()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        fast = assert_followed(lambda: by_data)
    finally:
        stop.set()
        thread.join()
    assert repr(fast).endswith("2 recordings>")


# Chance, and what is outside ------------------------------------------------------------------------------------------


def test_random_numbers_are_drawn_at_each_call_and_no_more_often():
    w = [Value(float(k)) for k in range(1, 9)]
    own, numpys = random.Random(0), np.random.default_rng(0)
    for function, seed in (
        (lambda: sum(p * p for p in random.sample(w, 3)), lambda: random.seed(1)),
        (lambda: sum(p * p * (random.random() < 0.9) for p in w), lambda: random.seed(1)),
        (lambda: sum(p * float(f) for p, f in zip(w, np.random.rand(8), strict=True)), lambda: np.random.seed(1)),
        (lambda: w[0] * own.random(), lambda: own.seed(1)),
        (
            lambda: w[0] * numpys.normal(),
            lambda: setattr(numpys.bit_generator, "state", np.random.default_rng(1).bit_generator.state),
        ),
    ):
        seed()
        expected = [function().data for _ in range(12)]
        seed()
        fast = vectorize(function)
        with pytest.warns(UserWarning, match="draws random numbers") as caught:
            found = [fast() for _ in range(12)]
        assert found == pytest.approx(expected, rel=1e-14)
        assert len(caught) == 1


SCALE, MODULE = 1.0, types.ModuleType("settings_of_a_user")
MODULE.rate = 1.0


class Settings:
    rate = 1.0

    def __init__(self):
        self.own = 1.0

    @property
    def by_property(self):
        return 2.0 * self.own

    @classmethod
    def by_class(cls):
        return cls.rate

    def __getattr__(self, name):  # of any name, as those of objects that stand for others do
        if name.startswith("__") or name == "own":
            raise AttributeError(name)
        return 3.0


def test_numbers_from_outside():
    settings, table, rates, array, cell = Settings(), {"a": 1.0}, [1.0, 2.0], np.ones(3), 1.0

    def function(x):
        return (
            x
            * SCALE
            * settings.own
            * settings.rate
            * table["a"]
            * rates[1]
            * float(array[0])
            * cell
            * helper()
            * MODULE.rate
            * settings.by_property
            * settings.by_class()
            * settings.anything
            + Value(0.0)  # which is another Value at each call
        )

    def helper():
        return settings.own

    fast = vectorize(function)
    for number in (2.0, 3.0):
        for change in (
            lambda n: globals().__setitem__("SCALE", n),
            lambda n: setattr(settings, "own", n),
            lambda n: setattr(Settings, "rate", n),
            lambda n: table.__setitem__("a", n),
            lambda n: rates.__setitem__(1, n),
            lambda n: array.__setitem__(0, n),
            lambda n: setattr(MODULE, "rate", n),
        ):
            change(number)
            assert fast(3.0) == pytest.approx(function(Value(3.0)).data, rel=1e-12)
        cell = number
        assert fast(3.0) == pytest.approx(function(Value(3.0)).data, rel=1e-12)
    assert not fast.obstacle


def test_objects_in_sets():
    sets = {Settings()}
    fast = vectorize(lambda x: sum((x * one.own for one in sets), Value(0.0)))
    assert fast(3.0) == fast(3.0) == 3.0
    next(iter(sets)).own = 2.0
    assert fast(3.0) == 6.0


@pytest.mark.parametrize("make", [Value, lambda number: {"own": Value(number)}])
def test_what_lists_hold(make):
    items = [make(1.0), make(2.0)]
    fast = vectorize(lambda x: x * sum(item if isinstance(item, Value) else item["own"] for item in items))
    assert [fast(3.0) for _ in range(3)] == [9.0] * 3
    items.append(make(4.0))
    assert fast(3.0) == 21.0
    items[0] = make(5.0)
    assert fast(3.0) == 33.0


def test_a_constant_that_is_set():
    half = Constant(0.5)
    fast = vectorize(lambda x: half * x)
    assert [fast(3.0) for _ in range(3)] == [1.5] * 3
    half.data = 2.0
    assert fast(3.0) == 6.0


def counting():
    n = 0

    def function(x, y):
        nonlocal n
        n += 1
        return x * n + y * (1.0 if n < 5 else 0.5)

    return function


def counting_in_a_list():
    n = [0]

    def function(x, y):
        n[0] += 1
        return x * (1.0 if n[0] < 4 else 0.5) + y

    return function


def counting_by_an_iterator():
    count = itertools.count()
    return lambda x, y: x * next(count) + y


def counting_in_an_object():
    counter = Settings()

    def function(x, y):
        counter.own *= 0.9
        return x * counter.own + y

    return function


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (counting, "it changes n"),
        (counting_in_a_list, "it changes n"),
        (counting_by_an_iterator, "count, an iterator"),
        (counting_in_an_object, "it changes counter.own"),
    ],
)
def test_state_of_the_functions_own(make, words):
    assert_followed(make, warning=words)


def test_state_that_cannot_be_seen_is_found_by_comparing():
    ticks = iter(range(100))

    class Clock:
        __slots__ = ()

        def __call__(self):
            return next(ticks)

    clock = Clock()
    clock_of_a_library = types.SimpleNamespace(read=clock.__call__)
    fast = vectorize(lambda x: x * clock_of_a_library.read())
    with pytest.warns(UserWarning, match="iterator|from call to call"):
        assert [fast(1.0) for _ in range(10)] == list(map(float, range(10)))


def test_another_number_at_each_call_is_said_once():
    settings = Settings()
    fast = vectorize(lambda x: x * settings.own)

    def annealed(k):
        settings.own = float(k)
        return fast(2.0)

    with pytest.warns(UserWarning, match=r"settings\.own is another each time.*hand over, by position") as caught:
        assert [annealed(k) for k in range(40)] == [2.0 * k for k in range(40)]
    assert len(caught) == 1
    fast = vectorize(lambda x: x * math.exp(x.data))
    with pytest.warns(UserWarning, match=r"compare the Values rather than their \.data, use stop_gradient") as caught:
        found = [fast(float(k)) for k in range(40)]
    assert found == pytest.approx([k * math.exp(k) for k in range(40)])
    assert len(caught) == 1


def test_what_is_made_once_is_no_state():
    cache = {}

    def function(x, y):
        if "factor" not in cache:
            cache["factor"] = 2.0
        return x * cache["factor"] + y

    assert_followed(lambda: function)


def test_what_the_code_of_a_function_leads_to():
    def function(x):
        return helper(x) * SCALE

    def helper(x):
        log.append(x)
        return x * factor

    log, factor = [], 2.0
    outside = Outside(function)
    assert {place.name for place in outside.places} == {"helper", "SCALE", "factor"}  # a log is only added to
    assert outside.changed() == ""
    factor = 3.0
    assert outside.changed() == "factor"
    assert not Outside(function).catches


class Slotted:
    __slots__ = ("count",)

    def __init__(self):
        self.count = 0


class Counting:
    def __call__(self, x):
        self.count = getattr(self, "count", 0) + 1
        return x * self.count


class CountedWhenRead:
    def __init__(self):
        self.times = [0]

    @property
    def count(self):
        self.times[0] += 1
        return self.times[0]


def counting_in(x, change):
    """Return a function that changes x at each call."""

    def function(y):
        change(x)
        return y

    return function


def counting_in_itself(made):
    def function(x):
        function.count = getattr(function, "count", 0) + 1
        return x * function.count

    if made:
        function.count = 0
    return function


chance = random.SystemRandom()


def add_one(x):
    x.count = getattr(x, "count", 0) + 1


@pytest.mark.parametrize(
    "make",
    [
        Counting,
        lambda: counting_in(Slotted(), add_one),
        lambda: counting_in(types.SimpleNamespace(), add_one),
        lambda: counting_in(threading.local(), add_one),
        lambda: counting_in_itself(False),
        lambda: counting_in_itself(True),
        lambda: counting_in(set(), lambda x: x.add(len(x))),
        lambda: counting_in(collections.deque([1, 2]), lambda x: x.rotate()),
        lambda: counting_in(bytearray(1), lambda x: x.append(1)),
        lambda: counting_in(array.array("d", [0.0]), lambda x: x.append(1.0)),
        lambda: counting_in(contextvars.ContextVar("count", default=0), lambda x: x.set(x.get() + 1)),
        lambda: counting_in(functools.cache(lambda: [0]), lambda x: x().append(1)),
        lambda: counting_in(functools.cache(lambda: random.Random(1)), lambda x: x().random()),
        lambda: counting_in(queue.SimpleQueue(), lambda x: x.put(1)),
        lambda: counting_in(collections.UserList([0]), lambda x: x.append(1)),
        lambda: counting_in(weakref.WeakKeyDictionary({Slotted: 0}), lambda x: x.update({Slotted: x[Slotted] + 1})),
        lambda: counting_in(memoryview(bytearray(1)), lambda x: x.__setitem__(0, x[0] + 1)),
        lambda: counting_in(ctypes.c_long(0), lambda x: setattr(x, "value", x.value + 1)),
        lambda: counting_in([0.0] * 20_000, lambda x: x.append(x.pop() + 1.0)),
        lambda: counting_in(np.zeros(1, dtype=object), lambda x: x.__setitem__(0, x[0] + 1)),
        lambda: counting_in([0].append, lambda x: x(1)),
        lambda: counting_in(types.ModuleType("mine"), add_one),
        lambda: counting_in(CountedWhenRead(), lambda x: x.count),
    ],
    ids=[
        "object",
        "slots",
        "namespace",
        "thread",
        "function",
        "function_made",
        "set",
        "deque",
        "bytes",
        "array",
        "context",
        "cache",
        "generator_in_cache",
        "queue",
        "container_of_a_library",
        "weak",
        "memory",
        "c",
        "long_list",
        "array_of_objects",
        "method",
        "module",
        "property",
    ],
)
def test_a_count_that_a_function_keeps_is_seen_wherever_it_keeps_it(make, request):
    """Also in an attribute that the first call makes; `fit` trained with the counts of fewer calls, without a word."""
    function = make()
    outside = Outside(function)
    assert outside.changed() == outside.changed_behind() == ""
    function(2.0)
    assert outside.changed() or outside.changed_behind() or "cache" in request.node.callspec.id  # which is filled
    again = Outside(function)
    assert again.changed() == again.changed_behind() == ""
    function(2.0)
    assert again.changed() or again.changed_behind()


def test_what_answers_by_no_object_is_seen_by_its_name_and_not_by_that_of_an_attribute():
    for function in (
        lambda x: x * time.perf_counter(),
        lambda x: x * os.urandom(1)[0],
        lambda x: x * id(x),
        lambda x: x * len(input()),
        lambda x: x * uuid4().int,
        lambda x: x * chance.random(),
    ):
        assert Outside(function).unseen
    thing = types.SimpleNamespace(time=1.0, id=2.0, open=3.0)
    assert not Outside(lambda x: x * thing.time * thing.id * thing.open * os.path.altsep).unseen


@pytest.mark.parametrize("call", [functools.cache(list), functools.lru_cache(tuple), logging.debug, math.fsum, sorted])
def test_to_call_what_keeps_no_count_changes_nothing(call):
    """A cache may keep another result, and a library may have objects of its own."""
    rows = collections.UserList([(1.0,), (2.0,)])
    function = counting_in(call, lambda x: [x(row) for row in rows.data])
    outside = Outside(function)
    function(1.0)
    assert outside.changed() == outside.changed_behind() == outside.unseen == ""


# Trained numbers, methods and functions that call one another ---------------------------------------------------------


def test_computed_number_by_number_it_trains_as_arrays_do():
    w = [Value(2.0), Value(-1.0)]

    def cost():
        return sum(p * p * (1.0 + 0.0 * random.random()) for p in w)

    fast = vectorize(cost)

    def step():
        J, _ = fast.value_and_grad()
        fast.program.vector -= 0.1 * fast.program.gradient
        return J

    with pytest.warns(UserWarning, match="random"):
        found = [step() for _ in range(4)]
    assert found == pytest.approx([5.0 * 0.64**n for n in range(4)])
    for p in w:
        assert not p.has_grad


class Model:
    def __init__(self, slope):
        self.slope = Value(slope)
        self.offset = 1.0

    @vectorize
    def line(self, x):
        """Return the line at x."""
        return self.slope * x + self.offset


def test_methods():
    one, two = Model(2.0), Model(3.0)
    assert (one.line(1.0), two.line(1.0), one.line(2.0)) == (3.0, 4.0, 5.0)
    assert one.line is one.line
    one.offset = 5.0
    assert (one.line(2.0), one.line.value_and_grad(2.0)[1][0]) == (9.0, 2.0)
    assert Model.line.__doc__ == "Return the line at x."
    twin = pickle.loads(pickle.dumps(one))
    twin.slope.data = 10.0
    assert (twin.line(1.0), one.line(1.0), copy.deepcopy(one).line(1.0)) == (15.0, 7.0, 7.0)
    one.line.program.vector *= 0.0
    assert one.line.program() == 5.0


def test_functions_that_call_one_another():
    w = Value(2.0)

    @vectorize
    def square(x):
        return w * x * x if x > 0 else x

    @vectorize
    def both(x, y):
        return square(x) + 3.0 * square(y)

    for x in [(1.0, 2.0), (1.0, 2.0), (-1.0, 2.0), (3.0, -2.0)]:
        a, b = (2.0 * v * v if v > 0 else v for v in x)
        value, slopes = both.value_and_grad(*x)
        assert value == a + 3.0 * b
        assert slopes == tuple((4.0 * v if v > 0 else 1.0) * k for v, k in zip(x, (1.0, 3.0), strict=True))
    assert square(3.0) == 18.0
    assert isinstance(square(Value(3.0)), Value)
    w.data = 1.0
    assert both(1.0, 2.0) == 13.0
