"""Functions that `vectorize` records, and records again where they decide otherwise."""

import copy
import functools
import importlib.util
import math
import pickle
import random
import sys
from collections import namedtuple
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import assert_close

from autograd import Constant, Value, cos, exp, tanh, where
from autograd.structures import leaves
from autograd.vectorize import vectorize

# Of random graphs: thousands in a quick run, and as many of each kind as a profile of the user's own asks for.
EXAMPLES = settings.default.max_examples if settings.default.max_examples > 300 else None
HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_TORCH = importlib.util.find_spec("torch") is not None


def test_a_flipped_branch_is_recorded_again():
    @vectorize
    def leaky(x, slope):
        return sum(v if v > 0 else v * slope for v in x)

    for x in ([1.0, 2.0, -3.0], [1.0, -2.0, -3.0], [5.0, 6.0, -7.0], [1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]):
        expected = sum(v if v > 0 else v * 0.1 for v in x)
        assert leaky(x, 0.1) == pytest.approx(expected, rel=1e-12)
        value, (dx, dslope) = leaky.value_and_grad(x, 0.1)
        assert value == pytest.approx(expected, rel=1e-12)
        assert dx.tolist() == [1.0 if v > 0 else 0.1 for v in x]
        assert dslope == pytest.approx(sum(v for v in x if v <= 0))
    assert repr(leaky).endswith("3 recordings>")
    assert leaky([1.0, 2.0], 0.5) == 3.0
    assert repr(leaky).endswith("4 recordings>")
    assert leaky.__name__ == "leaky"


def random_branches(seed, other):
    """Return a function of three numbers and `other` that decides by every kind of comparison."""

    def function(*x):
        rng = random.Random(seed)
        pool = [*x, other]
        for _ in range(12):
            a, b, c = rng.choice(pool), rng.choice(pool), rng.choice([0.0, 0.5, -1.0, 1.0])
            match rng.randrange(13):
                case 0:
                    pool.append(a * b if a < b else a - b)
                case 1:
                    pool.append(a + 1.0 if a <= c else b * 2.0)
                case 2:
                    pool.append(a.sin() if a > b else b.cos())
                case 3:
                    pool.append(a * 3.0 if c >= a else -a)
                case 4:
                    pool.append(max(pool[-4:]))
                case 5:
                    pool.append(min(pool[-4:]) * 0.5)
                case 6:
                    pool += sorted(pool[-3:])
                case 7:
                    pool.append(abs(a) + b)
                case 8:
                    pool.append(a if a else b + 1.0)
                case 9:
                    pool.append(where(a > c, a * a, b))
                case 10:
                    pool.append(a.maximum(b) - a.minimum(b))
                case 11:
                    pool.append(a.sqrt() if a > 0 else (-a).sqrt() if a < 0 else a)
                case _:
                    for _ in range(6):
                        if a > 1.0:
                            break
                        a = a * 1.5 + 0.3
                    pool.append(a.tanh())
        return sum(pool[-4:-1], pool[-1])

    return function


@settings(max_examples=EXAMPLES or 15)
@given(seed=st.integers(0, 10**9))
def test_branches_are_those_of_the_numbers(seed):
    rng = random.Random(seed)
    other = Value(0.5)
    function = random_branches(seed, other)
    fast = vectorize(function)
    for _ in range(8):
        numbers = [rng.choice([rng.uniform(-2.0, 2.0), rng.choice([0.0, -0.0, 0.5, 1.0, -1.0])]) for _ in range(3)]
        other.data = rng.choice([0.5, 0.0, rng.uniform(-2.0, 2.0)])
        leaves = [Value(x) for x in numbers]
        root = function(*leaves)
        value, slopes = fast.value_and_grad(*numbers)
        assert_close([fast(*numbers), value], [root.data, root.data])
        root.backward()
        assert_close(slopes, [leaf.grad for leaf in leaves])


def test_a_function_in_print():
    def f(x):
        return x * x if x > 0 else -x

    fast = vectorize(f)
    assert repr(fast) == "<vectorized f: 0 recordings>"
    fast(1.0)
    assert str(fast) == "<vectorized f: 1 recording>"
    fast(-1.0)
    assert str(fast) == "<vectorized f: 2 recordings>"


@pytest.mark.parametrize("target", ["jax", "torch"])
def test_a_target_that_is_not_installed(monkeypatch, target):
    monkeypatch.setitem(sys.modules, target, None)
    monkeypatch.delitem(sys.modules, f"{target}.numpy", raising=False)
    x = Value(1.0)
    with pytest.raises(
        ModuleNotFoundError, match=rf"to: {target} is not installed: pip install 'chainrule\[{target}\]'"
    ):
        vectorize(x * x).to(target)


@vectorize
def cubed(x):
    return x * x * x


def test_a_function_is_pickled_by_its_name_and_copied_as_itself():
    assert pickle.loads(pickle.dumps(cubed)) is cubed
    assert copy.deepcopy([cubed]) == [cubed]
    assert cubed(2.0) == 8.0


class Line:
    def __init__(self, slope):
        self.slope = Value(slope)

    @vectorize
    def at(self, x):
        return self.slope * x


class Raised(Line):
    @vectorize
    def at(self, x):
        return super().at(x) + 1.0


def test_a_method_that_calls_that_of_the_class_above():
    first, then = Raised(2.0), Raised(5.0)
    assert super(Raised, then).at(3.0) == 15.0  # before its own was asked for
    assert [first.at(3.0), then.at(3.0), first.at(1.0), Line(2.0).at(3.0)] == [7.0, 16.0, 3.0, 6.0]


def test_methods_of_copies():
    line = Line(2.0)
    assert line.at(3.0) == 6.0
    for other in (copy.copy(line), copy.deepcopy(line), pickle.loads(pickle.dumps(line))):
        other.slope = Value(7.0)
        assert [other.at(3.0), line.at(3.0)] == [21.0, 6.0]
    with pytest.raises(TypeError, match="a Narrow has no __dict__"):
        type("Narrow", (), {"__slots__": (), "at": Line.at})().at(1.0)


def test_a_loop_that_ends_by_a_comparison():
    @vectorize
    def root(a):
        x = a * 1.0
        while abs(x * x - a) > 1e-12 * a:
            x = 0.5 * (x + a / x)
        return x

    for a in (2.0, 3.0, 100.0, 1e-3, 2.0):
        value, (slope,) = root.value_and_grad(a)
        assert value == pytest.approx(math.sqrt(a), rel=1e-11)
        assert slope == pytest.approx(0.5 / math.sqrt(a), rel=1e-11)


def test_a_long_narrow_function_that_decides():
    def function(x):
        for k in range(1000):
            x = (x * 0.5 + 0.1).sin() if x > 0.2 else 0.3 - x * 0.5 + 0.05 * (k % 7)
        return x

    fast = vectorize(function)
    for number in (-0.5, 0.1, 0.4, 0.9):
        leaf = Value(number)
        root = function(leaf)
        root.backward()
        value, (slope,) = fast.value_and_grad(number)
        assert_close([value, slope], [root.data, leaf.grad])
    assert "one by one" in fast.program.report()


def test_a_function_of_arrays_with_several_results():
    @vectorize
    def layer(w, x):
        return np.tanh(w @ x)

    w, x = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 1.0]]), np.array([0.3, 0.4])
    assert_close(layer(w, x), np.tanh(w @ x))
    with pytest.raises(ValueError, match="3 roots"):
        layer.value_and_grad(w, x)


def test_functions_that_return_no_values():
    for wrong in (None, "1", {"a": "b"}, [[1.0], "b"], 1j):
        with pytest.raises(
            TypeError, match=r"^<lambda>.*: returned .*; accepted: a Value, a number, or an array of them"
        ):
            vectorize(lambda _, wrong=wrong: wrong)(1.0)
    with pytest.raises(ValueError, match=r"<lambda>: returned \[\]; accepted: at least one Value"):
        vectorize(lambda _: [])(1.0)


def test_plain_numbers_are_constant_results():
    """On the flat side of a branch, beside a Value, and the number in a Value, which follows it without a slope."""

    @vectorize
    def flat(x):
        return x * x if x > 0 else 0

    assert [flat(x) for x in (3.0, -3.0, 2.0, -2.0, 4.0)] == [9.0, 0.0, 4.0, 0.0, 16.0]
    assert [flat.value_and_grad(x)[1] for x in (3.0, -3.0)] == [(6.0,), (0.0,)]
    added = vectorize(lambda xs: sum(x for x in xs if x > 0))
    assert [added(xs) for xs in ([1.0, 2.0], [-1.0, -2.0], [-1.0, 3.0], [])] == [3.0, 0.0, 3.0, 0.0]
    beside = vectorize(lambda x: [x.data, 1, x])
    assert [beside(x).tolist() for x in (1.0, 2.0, 3.0)] == [[1.0, 1.0, 1.0], [2.0, 1.0, 2.0], [3.0, 1.0, 3.0]]


Weights = namedtuple("Weights", "w b")


@dataclass
class Pair:
    first: object
    second: object


def squares(part):
    """Return the sum of the squares of all numbers in a structure, which is one of Values here."""
    return sum(x * x for _, x in leaves(part))


@pytest.mark.parametrize(
    "argument",
    [
        {"W": np.array([[1.0, 2.0]]), "b": 3.0},
        [(np.array([1.0, 2.0]), np.array([3.0])), (np.array([4.0]), np.array([5.0]))],
        Weights([1.0, 2.0], 3.0),
        Pair({"a": 1.0}, [[1.0], [2.0, 3.0]]),
        {},
    ],
    ids=["dict", "layers", "namedtuple", "dataclass", "empty"],
)
def test_structures_of_arrays(argument):
    """The gradient of the sum of squares is twice the argument, in its structure."""
    function = vectorize(lambda p, x: squares(p) + x)
    for _ in range(3):
        J, (slopes, by_x) = function.value_and_grad(argument, 1.0)
        assert 1.0 + sum(x * x for _, x in leaves(argument)) == J
        assert list(leaves(slopes, "p")) == [(path, 2.0 * x) for path, x in leaves(argument, "p")]
        assert (type(slopes), by_x) == (type(argument), 1.0)


def test_results_are_in_the_structure_that_was_returned():
    function = vectorize(lambda h, c: {"state": (h * 2.0, h * c[0]), "rows": [[c[0]], [c[1], 1]], "last": c[1]})
    h = np.array([1.0, 2.0])
    found = [function(h, [k, 5.0]) for k in (3.0, 3.0, 4.0)]
    for k, result in zip((3.0, 3.0, 4.0), found, strict=True):
        numbers = [2.0, 4.0, k, 2.0 * k, k, 5.0, 1.0, 5.0]
        assert [x for _, x in leaves(result)] == numbers
        assert [type(x) for x in result["state"]] == [np.ndarray] * 2
        assert (type(result["rows"]), type(result["last"])) == (list, float)


def test_structures_of_the_same_shapes_are_not_one():
    function = vectorize(lambda p: p["a"] * 2.0 if isinstance(p, dict) else p * 3.0)
    assert [function(p) for p in ({"a": 1.0}, 1.0, {"a": 2.0}, 2.0)] == [2.0, 3.0, 4.0, 6.0]


def test_what_is_given_by_name_is_handed_on():
    function = vectorize(lambda x, k=2, *, act=tanh, model=None: act(x) * k + (model.k if model else 0.0))
    model = type("Model", (), {})()
    assert function(0.0, act=cos) == 2.0
    assert function.value_and_grad(1.0, k=3, act=exp) == (3.0 * math.e, (3.0 * math.e,))
    assert [function(0.0, k=k, act=cos) for k in (1, True, 0.0, -0.0)] == [1.0, 1.0, 0.0, 0.0]
    assert math.copysign(1.0, function(1.0, k=-0.0, act=cos)) == -1.0
    for model.k in (1.0, 1.0, 2.0, 2.0):  # what it has may change
        assert function(0.0, act=cos, model=model) == 2.0 + model.k
    assert vectorize(lambda x, **named: x * named["self"])(2.0, self=3) == 6.0
    with pytest.raises(OverflowError, match=r"p\['a'\]: got int beyond"):
        vectorize(lambda p: p["a"])({"a": 10**400})
    for times in (np.array([5], dtype="timedelta64[ns]"), np.array(["2020-01-01"], dtype="datetime64[ns]")):
        with pytest.raises(TypeError, match=r"p: got (timedelta|datetime)64\[ns\]; accepted: real numbers"):
            vectorize(lambda p: p[0])(times)
    with pytest.raises(TypeError, match=r"k: got \[1\] \(list\) by name; accepted: what has a hash"):
        function(1.0, k=[1])
    with pytest.warns(UserWarning, match="it was given 17 different arguments by name: .* hand over, by position"):
        assert [function(0.0, k=k, act=cos) for k in range(20)] == list(range(20))


def test_a_comparison_with_a_constant_part_of_the_graph():
    @vectorize
    def clipped(x):
        return max(x * 2.0, Constant(1.0))

    assert [clipped(v) for v in (0.0, 1.0, -1.0)] == [1.0, 2.0, 1.0]


class Named:
    """Something that is equal to others of its name, whatever its factor is."""

    def __init__(self, factor):
        self.factor = factor

    def __eq__(self, other):
        return isinstance(other, Named)

    def __hash__(self):
        return 0


@dataclass(frozen=True)
class Settings:
    factor: float
    comment: float = field(default=0.0, compare=False)


@pytest.mark.parametrize(
    ("others", "number"),
    [
        ([Settings(1), Settings(1.0), Settings(True)], lambda x: len(str(x.factor))),
        ([Settings(0.0), Settings(-0.0)], lambda x: math.copysign(1.0, x.factor)),
        ([Settings(1.0, comment=2.0), Settings(1.0, comment=3.0)], lambda x: x.comment),
        ([Named(2.0), Named(3.0)], lambda x: x.factor),
        ([frozenset([0.0]), frozenset([-0.0])], lambda x: math.copysign(1.0, next(iter(x)))),
        ([np.float32(0.0), np.float32(-0.0)], lambda x: math.copysign(1.0, x)),
        ([complex(0.0, 0.0), complex(0.0, -0.0)], lambda x: math.copysign(1.0, x.imag)),
        ([Decimal("1.0"), Decimal("1.00")], lambda x: len(str(x))),
        ([range(0, 3, 2), range(0, 4, 2)], lambda x: x.stop),
    ],
)
def test_what_is_equal_by_name_without_being_the_same_has_a_recording_of_its_own(others, number):
    @vectorize
    def function(x, *, k):
        return x * number(k)

    for other in others:
        for _ in range(3):  # the second call of a recording is compared with the function
            assert function(1.0, k=other) == number(other)
    assert (len(function.recordings), function.obstacle) == (len(others), "")
    assert function(1.0, k=copy.copy(others[0])) == number(others[0])


def test_what_is_equal_outside_without_being_the_same_is_found():
    def scaled(x, factor=2.0, *, shift=1.0):
        return x * factor + shift

    given = {"tuple": (1,), "list": [0.0], "arrays": (np.array([1.0, 2.0]),)}

    @vectorize
    def function(x):
        known = 1.0 if given["tuple"][0] is True else 2.0
        return scaled(x) + known * math.copysign(1.0, given["list"][0]) + given["arrays"][0][1]

    def expected():
        return function.function(Value(1.0)).data

    assert [function(1.0) for _ in range(3)] == [7.0] * 3
    given["tuple"] = (True,)
    assert function(1.0) == expected() == 6.0
    given["list"][0] = -0.0
    assert function(1.0) == expected() == 4.0
    given["arrays"] = (np.array([1.0, 5.0]),)
    assert function(1.0) == expected() == 7.0
    scaled.__defaults__ = (3.0,)
    assert function(1.0) == expected() == 8.0
    scaled.__kwdefaults__ = {"shift": 0.0}
    assert function(1.0) == expected() == 7.0
    assert function.obstacle == ""


def test_lists_in_which_arrays_stand_beside_numbers_keep_both():
    @vectorize
    def function(x):
        return [x[1] * 2, x[1].sum()], (x[0][0], x[1])

    for _ in range(3):
        (doubled, total), (first, same) = function([[1.0, 2.0], np.array([3.0, 5.0])])
        assert (doubled.tolist(), total, first, same.tolist()) == ([6.0, 10.0], 8.0, 1.0, [3.0, 5.0])


@dataclass
class Checked:
    """A layer that looks at what it is made of."""

    W: object

    def __post_init__(self):
        self.n_outputs, _ = self.W.shape


def test_a_dataclass_is_made_of_arrays_alone():
    @vectorize
    def function(layer):
        return Checked(layer.W * layer.n_outputs)

    for factor in (1.0, 2.0, 3.0):
        assert function(Checked(np.full((2, 1), factor))).W.tolist() == [[2 * factor]] * 2


def test_arguments_are_called_as_the_parameters_by_position():
    @vectorize
    def function(*layers, act):
        return sum(act(layer["w"]) for layer in layers)

    assert function({"w": 1.0}, {"w": 2.0}, {"w": 3.0}, act=abs) == 6.0
    assert list(function.program.parameters) == ["layers_w", "layers_w_2", "layers_w_3"]
    with pytest.raises(TypeError, match=r"layers\['w'\]: got 'a'"):
        function({"w": 1.0}, {"w": "a"}, act=abs)
    assert vectorize(max)(1.0, 2.0) == 2.0  # which tells no parameters


def test_ways_to_write_a_vectorized_function():
    class Scaled:
        @vectorize
        @staticmethod
        def doubled(x):
            return x * 2.0

        @classmethod
        @vectorize
        def of_class(cls, x):
            return x

    assert Scaled.doubled(3.0) == Scaled().doubled(3.0) == 6.0
    with pytest.raises(TypeError, match=r"got .*Scaled"):
        Scaled.of_class(1.0)
    halved = vectorize(functools.partial(math.prod, start=0.5))
    assert copy.deepcopy(halved)([3.0]) == halved([3.0]) == 1.5


@pytest.mark.skipif(not HAS_TORCH, reason="needs PyTorch")
def test_a_tensor_by_name_which_may_change_unseen_is_refused():
    import torch

    with pytest.raises(TypeError, match=r"k: got tensor\(2\.\) \(Tensor\) by name; accepted: .*arrays"):
        vectorize(lambda x, *, k: x * float(k))(1.0, k=torch.tensor(2.0))


KEY, KEYS = "rate", ["rate"]


class Rates:
    rate = of_class = 2.0


class Paces:
    pace = 2.0


class OfPaces(Paces):
    pass


@pytest.mark.parametrize(
    ("of", "change"),
    [
        (lambda x: getattr(x, KEY), lambda x: setattr(x, "rate", 3.0)),
        (lambda x: sum(getattr(x, key) for key in KEYS), lambda x: setattr(x, "rate", 3.0)),
        (lambda x: sum(vars(x).values()), lambda x: setattr(x, "rate", 3.0)),
        (lambda x: 3.0 if hasattr(x, "more") else x.rate, lambda x: setattr(x, "more", 0.0)),
        (lambda _: OfPaces.pace, lambda _: setattr(Paces, "pace", 3.0)),
        (lambda x: x.of_class, lambda x: setattr(x, "of_class", 3.0)),
    ],
)
def test_attributes_are_seen_however_they_are_asked_for(of, change, monkeypatch):
    monkeypatch.setattr(Paces, "pace", 2.0)
    given = Rates()
    given.rate = 2.0

    @vectorize
    def function(x, *, k):
        return x * of(k)

    assert [function(1.0, k=given) for _ in range(3)] == [2.0] * 3
    change(given)
    assert (function(1.0, k=given), function.obstacle) == (3.0, "")


def test_keys_that_are_written_alike():
    class Key:
        def __init__(self, factor):
            self.factor = factor

        def __repr__(self):
            return "Key"

    @vectorize
    def function(p):
        return sum(x * key.factor for key, x in p.items())

    keys = Key(2.0), Key(3.0)
    for key in keys:
        assert [function({key: 1.0}) for _ in range(3)] == [key.factor] * 3
    with pytest.raises(ValueError, match=r"got a dict with the keys \[Key, Key\]"):
        function(dict.fromkeys(keys, 1.0))
