"""Programs of JAX that the bridge is measured by, chosen before its rules were written.

Each function returns a cost and its arguments, as `jax.grad` takes them.
"""

import jax
import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)


def numbers(*shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape))


def of_function(function, *shape):
    return lambda: ((lambda x: jnp.sum(function(x))), (numbers(*shape),))


def mlp():
    params = [{"w": numbers(3, 4), "b": numbers(4, seed=1)}, {"w": numbers(4, 2, seed=2), "b": numbers(2, seed=3)}]

    def cost(params, x, y):
        for layer in params[:-1]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        logits = x @ params[-1]["w"] + params[-1]["b"]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    return cost, (params, numbers(5, 3, seed=4), jnp.array([0, 1, 1, 0, 1]))


def layer_norm(x, scale):
    centred = x - x.mean(-1, keepdims=True)
    return scale * centred / jnp.sqrt(jnp.mean(centred**2, -1, keepdims=True) + 1e-5)


def attention():
    def cost(p, x):
        q, k, v = (x @ p[name] for name in ("q", "k", "v"))
        scores = jnp.where(jnp.tril(jnp.ones((3, 3), bool)), q @ k.T / jnp.sqrt(2.0), -jnp.inf)
        return jnp.sum((jax.nn.softmax(scores) @ v) ** 2)

    return cost, ({name: numbers(4, 2, seed=i) for i, name in enumerate("qkv")}, numbers(3, 4, seed=7))


def rnn():
    def cost(p, xs):
        def step(h, x):
            h = jnp.tanh(x @ p["wx"] + h @ p["wh"] + p["b"])
            return h, h

        _, hs = lax.scan(step, jnp.zeros(2), xs)
        return jnp.sum(hs[-1] ** 2) + jnp.mean(hs)

    return cost, ({"wx": numbers(3, 2), "wh": numbers(2, 2, seed=1), "b": numbers(2, seed=2)}, numbers(4, 3, seed=3))


def lstm():
    def cost(w, xs):
        def step(carry, x):
            h, c = carry
            i, f, g, o = jnp.split(jnp.concatenate([x, h]) @ w, 4)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        (h, _), _ = lax.scan(step, (jnp.zeros(2), jnp.zeros(2)), xs, reverse=True)
        return jnp.sum(h**2)

    return cost, (numbers(5, 8), numbers(3, 3, seed=1))


def newton():
    def cost(a):
        def more(state):
            x, i = state
            return (jnp.abs(x * x - a) > 1e-12) & (i < 50)

        return lax.stop_gradient(lax.while_loop(more, lambda s: (0.5 * (s[0] + a / s[0]), s[1] + 1), (a, 0))[0]) * a

    return cost, (jnp.float64(2.0),)


def physics_informed():
    def cost(p, xs):
        def u(x):
            return jnp.sum(p["v"] * jnp.tanh(p["w"] * x + p["b"]))

        return jnp.mean(jax.vmap(lambda x: (jax.grad(jax.grad(u))(x) + u(x)) ** 2)(xs)) + (u(0.0) - 1.0) ** 2

    return cost, ({name: numbers(3, seed=i) for i, name in enumerate("vwb")}, numbers(4, seed=5))


def convolution():
    def cost(k, x):
        y = lax.conv_general_dilated(x, k, (1, 1), "SAME")
        return jnp.sum(lax.reduce_window(jax.nn.relu(y), -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID"))

    return cost, (numbers(2, 1, 3, 3), numbers(1, 1, 4, 4, seed=1))


def convolution_transposed():
    return (
        lambda k, x: jnp.sum(lax.conv_transpose(x, k, (2,), "SAME", dimension_numbers=("NCH", "OIH", "NCH")) ** 2)
    ), (numbers(2, 2, 3), numbers(1, 2, 3, seed=1))


def gaussian_process():
    def cost(length, x, y):
        k = jnp.exp(-0.5 * (x[:, None] - x[None]) ** 2 / jnp.exp(length) ** 2) + 0.1 * jnp.eye(4)
        factor = jsp.linalg.cholesky(k, lower=True)
        z = jsp.linalg.solve_triangular(factor, y, lower=True)
        return 0.5 * z @ z + jnp.sum(jnp.log(jnp.diag(factor)))

    return cost, (jnp.float64(0.3), numbers(4), numbers(4, seed=1))


def solve():
    return (lambda a, b: jnp.sum(jnp.linalg.solve(a, b) ** 2) + jnp.linalg.slogdet(a)[1]), (
        numbers(3, 3),
        numbers(3, seed=1),
    )


def kalman():
    def cost(p, ys):
        def step(state, y):
            m, v = p["a"] * state[0], p["a"] ** 2 * state[1] + jnp.exp(p["q"])
            s = v + jnp.exp(p["r"])
            e = y - m
            return (m + v / s * e, v - v * v / s), 0.5 * (jnp.log(s) + e * e / s)

        return jnp.sum(lax.scan(step, (0.0, 1.0), ys)[1])

    return cost, ({"a": jnp.float64(0.9), "q": jnp.float64(-1.0), "r": jnp.float64(0.1)}, numbers(6))


def custom_wrong():
    @jax.custom_jvp
    def f(x):
        return x * x

    f.defjvp(lambda x, t: (f(x[0]), 10.0 * t[0]))
    return (lambda x: jnp.sum(f(x))), (numbers(3),)


def custom_right():
    @jax.custom_vjp
    def f(x):
        return jnp.log1p(jnp.exp(x))

    f.defvjp(lambda x: (f(x), x), lambda x, g: (g * jax.nn.sigmoid(x),))
    return (lambda x: jnp.sum(f(x))), (numbers(3),)


def sgd_inside():
    def cost(rate, w, x):
        def inner(w):
            return jnp.sum(jnp.tanh(x @ w) ** 2)

        return inner(lax.fori_loop(0, 3, lambda _, w: w - rate * jax.grad(inner)(w), w))

    return cost, (jnp.float64(0.1), numbers(3), numbers(4, 3, seed=1))


def mixture():
    def cost(p, x):
        log_density = -0.5 * (x[:, None] - p["m"]) ** 2 / jnp.exp(2 * p["s"]) - p["s"]
        return -jnp.sum(jsp.special.logsumexp(log_density + jax.nn.log_softmax(p["w"]), axis=1))

    return cost, ({name: numbers(2, seed=i) for i, name in enumerate("msw")}, numbers(5, seed=5))


def hidden_markov():
    def cost(moves, gives, seen):
        log_moves, log_gives = jax.nn.log_softmax(moves), jax.nn.log_softmax(gives)

        def step(a, y):
            return jsp.special.logsumexp(a[:, None] + log_moves, axis=0) + log_gives[:, y], None

        return -jsp.special.logsumexp(lax.scan(step, jnp.zeros(2), seen)[0])

    return cost, (numbers(2, 2), numbers(2, 3, seed=1), jnp.array([0, 2, 1]))


def scans():
    def step(carry, x):
        return {"n": carry["n"] + 1, "total": carry["total"] + x * carry["n"]}, {"sine": jnp.sin(x)}

    def cost(x):
        carry, rows = lax.scan(step, {"n": 1, "total": 0.0}, x)
        same, none = lax.scan(lambda c, _: (c * 2.0, c), x, None, length=0)
        return carry["total"] * jnp.sum(rows["sine"]) + jnp.sum(same) + jnp.sum(none)

    return cost, (numbers(4),)


def clipped_gradient():
    @jax.custom_vjp
    def f(x):
        return x

    f.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -0.1, 0.1),))
    return (lambda x: jnp.sum(3.0 * f(x))), (numbers(3),)


def root():
    def cost(x):
        def solve(f, y):
            return lax.fori_loop(0, 20, lambda _, y: y - f(y) / (2 * y), y)

        return lax.custom_root(lambda y: y**2 - jnp.sum(x**2), 1.0, solve, lambda g, y: y / g(1.0))

    return cost, (numbers(3),)


PROGRAMS = {
    "a network, its parameters in dicts and lists": mlp,
    "layer norm": lambda: ((lambda x, s: jnp.sum(layer_norm(x, s) ** 2)), (numbers(2, 4), numbers(4, seed=1))),
    "attention, masked": attention,
    "RNN by scan": rnn,
    "LSTM by scan, reversed": lstm,
    "while_loop, stop_gradient": newton,
    "a physics-informed cost: grad of grad, vmap": physics_informed,
    "convolution, max pooling": convolution,
    "convolution, transposed": convolution_transposed,
    "a Gaussian process: cholesky, triangular_solve": gaussian_process,
    "solve, slogdet": solve,
    "Kalman filter by scan": kalman,
    "custom_vjp, right": custom_right,
    "custom_jvp, wrong": custom_wrong,
    "gradient descent inside, by fori_loop": sgd_inside,
    "a Gaussian mixture: logsumexp": mixture,
    "activations": of_function(
        lambda x: (
            jax.nn.relu(x)
            + jax.nn.gelu(x)
            + jax.nn.silu(x)
            + jax.nn.softplus(x)
            + jax.nn.elu(x)
            + jax.nn.leaky_relu(x)
            + jax.nn.gelu(x, approximate=False)
        ),
        5,
    ),
    "elementary functions": of_function(
        lambda x: (
            jnp.sin(x)
            + jnp.cosh(x)
            + jnp.arctan(x)
            + jnp.exp2(x)
            + jnp.log1p(x * x)
            + jnp.expm1(x)
            + lax.rsqrt(x * x + 1)
            + jsp.special.erf(x)
            + jnp.cbrt(x * x)
            + jnp.arctan2(x, 2.0)
            + jnp.arcsinh(x)
        ),
        4,
    ),
    "cond, on the data": lambda: (
        (lambda x: lax.cond(x[0] > 0, lambda v: jnp.sum(v * v), lambda v: jnp.sum(jnp.sin(v)), x)),
        (numbers(3),),
    ),
    "switch": lambda: ((lambda x, i: lax.switch(i, [jnp.sum, jnp.prod, lambda v: v @ v], x)), (numbers(3), 2)),
    "where, guarded": of_function(lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), x), 5),
    "where, a branch that is nan": lambda: (
        (lambda x: jnp.sum(jnp.where(x > 0, jnp.log(x), 0.0))),
        (jnp.array([2.0, 0.0, -1.0]),),
    ),
    "sort, top_k, median": of_function(lambda x: jnp.sort(x)[1] * lax.top_k(x, 2)[0][1] + jnp.median(x), 5),
    "cumsum, cumprod, cummax": of_function(lambda x: jnp.cumsum(x) + jnp.cumprod(x) + lax.cummax(x), 5),
    "scatter: x.at[...].add, set, multiply": of_function(
        lambda x: jnp.zeros(4).at[jnp.array([0, 0, 3])].add(x[:3]).at[1].set(x[3]).at[2].multiply(2.0), 4
    ),
    "gather, dynamic_slice, roll, pad": of_function(
        lambda x: jnp.pad(jnp.roll(x[jnp.array([2, 0, 2, 1])], 1) * lax.dynamic_slice(x, (1,), (4,)), 2), 5
    ),
    "einsum": lambda: (
        (lambda a, b: jnp.sum(jnp.einsum("bij,bkj->bik", a, b) ** 2)),
        (numbers(2, 2, 3), numbers(2, 4, 3, seed=1)),
    ),
    "norm, var, std, prod": of_function(lambda x: jnp.linalg.norm(x) + jnp.var(x) + jnp.std(x) + jnp.prod(x), 4),
    "abs at 0: JAX's slope is 1": lambda: ((lambda x: jnp.sum(jnp.abs(x))), (jnp.array([0.0, -2.0]),)),
    "maximum of three equal": lambda: ((lambda x: 3.0 * jnp.max(x)), (jnp.array([1.0, 1.0, 1.0, 0.0]),)),
    "gradient penalty": lambda: (
        (lambda w, x: jnp.sum(jax.vmap(jax.grad(lambda v: jnp.tanh(v @ w)))(x) ** 2)),
        (numbers(3), numbers(2, 3, seed=1)),
    ),
    "checkpoint": of_function(jax.checkpoint(lambda x: jnp.sin(jnp.exp(x))), 3),
    "jit within": of_function(jax.jit(lambda x: jnp.outer(x, x) @ x), 3),
    "hypot, logaddexp, sinc, clip": of_function(
        lambda x: jnp.hypot(x, 2.0) + jnp.logaddexp(x, 1.0) + jnp.sinc(x) + jnp.clip(x, -0.5, 0.5), 4
    ),
    "associative_scan": of_function(
        lambda x: lax.associative_scan(lambda a, b: (a[0] * b[0], b[0] * a[1] + b[1]), (jnp.tanh(x), x))[1], 4
    ),
    "a hidden Markov model by scan": hidden_markov,
    "inv, det": of_function(lambda a: jnp.linalg.inv(a) + jnp.linalg.det(a), 2, 2),
    "remainders": of_function(lambda x: x % 0.7 + jnp.fmod(x, 0.7) + jnp.floor(x) * x, 4),
    "select among three, switch under vmap": lambda: (
        (
            lambda x, which: (
                jnp.sum(jnp.select([x > 1, x > 0], [x * x, jnp.sin(x)], jnp.exp(x)))
                + jnp.sum(jax.vmap(lambda v, k: lax.switch(k, [jnp.sin, jnp.cos, jnp.exp], v))(x, which))
            )
        ),
        (numbers(3), jnp.array([0, 1, 2])),
    ),
    "segment_sum, segment_max": lambda: (
        (lambda x, of: jnp.sum(jax.ops.segment_sum(x, of, 3) ** 2) + jnp.sum(jax.ops.segment_max(x, of, 3))),
        (numbers(4), jnp.array([0, 0, 1, 2])),
    ),
    "expm": of_function(lambda x: jsp.linalg.expm(0.1 * x), 2, 2),
    "cho_solve": lambda: (
        (lambda a, b: b @ jsp.linalg.cho_solve((jnp.linalg.cholesky(a @ a.T + jnp.eye(3)), True), b)),
        (numbers(3, 3), numbers(3, seed=1)),
    ),
    "conjugate gradients": lambda: (
        (lambda a, b: jnp.sum(jsp.sparse.linalg.cg(lambda v: a @ (a.T @ v) + v, b)[0])),
        (numbers(2, 2), numbers(2, seed=1)),
    ),
    "Hessian": lambda: (
        (lambda w, x: jnp.sum(jax.hessian(lambda v: jnp.tanh(v @ w))(x) ** 2)),
        (numbers(3), numbers(3, seed=2)),
    ),
    "jvp, jacfwd": of_function(
        lambda x: jax.jvp(lambda v: jnp.prod(jnp.sin(v)), (x,), (x,))[1] + jnp.sum(jax.jacfwd(lambda v: v**3)(x)), 3
    ),
    "average pooling of a depthwise convolution": lambda: (
        (
            lambda k, x: jnp.sum(
                lax.reduce_window(
                    lax.conv_general_dilated(x, k, (1, 1), "SAME", feature_group_count=2),
                    *(0.0, lax.add, (1, 1, 2, 2), (1, 1, 1, 1), "VALID"),
                )
                ** 2
            )
        ),
        (numbers(2, 1, 2, 2), numbers(1, 2, 3, 3, seed=1)),
    ),
    "percentile, argsort, searchsorted": of_function(
        lambda x: x[jnp.argsort(-x)] * jnp.arange(5.0) + jnp.percentile(x, 30.0) + jnp.searchsorted(jnp.sort(x), 0.1), 5
    ),
    "Euler's method by scan": lambda: (
        (lambda k, y: jnp.sum(lax.scan(lambda y, _: (y + 0.1 * (jnp.sin(y) - k * y), y), y, None, length=5)[1])),
        (jnp.float64(0.3), numbers(2)),
    ),
    "log densities: norm, multivariate_normal": lambda: (
        (
            lambda mean, x: (
                -jnp.sum(jsp.stats.norm.logpdf(x, mean, 1.3))
                - jnp.sum(jsp.stats.multivariate_normal.logpdf(x, mean * jnp.ones(2), jnp.eye(2) + 0.3))
            )
        ),
        (jnp.float64(0.3), numbers(3, 2)),
    ),
    "cumlogsumexp, cummin, cumprod in reverse": of_function(
        lambda x: lax.cumlogsumexp(x) + lax.cummin(x) + lax.cumprod(x, reverse=True), 4
    ),
    "scan: dicts, whole numbers in the carry, no steps": scans,
    "custom_root": root,
    "fori_loop that writes: x.at[i].set": of_function(
        lambda x: lax.fori_loop(0, 3, lambda i, a: a.at[i].set(a[i - 1] * x[i]), jnp.ones(3)), 3
    ),
    "indices beyond the end: fill, drop, wrap": of_function(
        lambda x: (
            x.at[jnp.array([0, 9])].get(mode="fill", fill_value=0.0) * jnp.take(x, jnp.array([-1, 4]), mode="wrap")
            + jnp.zeros(2).at[jnp.array([0, 9])].add(x[:2])
        ),
        3,
    ),
    "linearize, vjp, linear_transpose": of_function(
        lambda x: (
            jax.linearize(jnp.sin, x)[1](x)
            + jax.vjp(jnp.exp, x)[1](x)[0]
            + jax.linear_transpose(lambda v: 3.0 * v, x)(x)[0]
        ),
        3,
    ),
    "custom_vjp that clips": clipped_gradient,
    "svd": of_function(lambda x: jnp.linalg.svd(x, compute_uv=False), 2, 3),
    "lgamma, digamma": of_function(lambda x: jsp.special.gammaln(x * x + 1.0), 3),
    "complex numbers: fft": of_function(lambda x: jnp.abs(jnp.fft.fft(x)), 4),
    "float32": lambda: ((lambda x: jnp.sum(x * x)), (jnp.ones(3, jnp.float32),)),
    "dropout with a key": lambda: (
        (lambda x, key: jnp.sum(jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x, 0.0) ** 2)),
        (numbers(6), jax.random.key(0)),
    ),
}


def naive_softmax(x):
    powers = jnp.exp(x)
    return jnp.sum(powers / jnp.sum(powers) * jnp.arange(3.0))


def naive_cross_entropy(x, y):
    chances = jax.nn.softmax(x)
    logs = jnp.log(chances)
    return -jnp.sum(y * logs)


def standardised(x):
    centred = x - jnp.mean(x)
    return jnp.sum((centred / jnp.std(x)) ** 2)


def length(x):
    distance = jnp.sqrt(jnp.sum((x - 1.0) ** 2))
    return distance * 2.0


def angle(x, y):
    cosine = x @ y / jnp.sqrt(x @ x) / jnp.sqrt(y @ y)
    return jnp.arccos(cosine * (1.0 + 1e-9))


def exploding(w, xs):
    def step(h, x):
        h = h * h * w
        return h - jnp.sinh(h) + x, None

    return lax.scan(step, jnp.float64(2.0), xs)[0]


def not_definite(a):
    factor = jnp.linalg.cholesky(a)
    return jnp.sum(jnp.log(jnp.diag(factor)))


def powers(x, p):
    return jnp.sum(x**p)


def geometric_mean(x):
    return jnp.exp(jnp.mean(jnp.log(x)))


def guarded(x):
    return jnp.sum(jnp.where(x == 0.0, 1.0, jnp.sin(x) / x))


NOT_FINITE = {
    "a softmax without its maximum": (naive_softmax, (jnp.array([1.0, 800.0, 2.0]),)),
    "a cross-entropy by log of softmax": (naive_cross_entropy, (jnp.array([0.0, 900.0]), jnp.array([0.0, 1.0]))),
    "a standardised constant": (standardised, (jnp.array([2.0, 2.0, 2.0]),)),
    "a distance of 0": (length, (jnp.array([1.0, 1.0]),)),
    "an angle by arccos": (angle, (jnp.array([1.0, 2.0]), jnp.array([2.0, 4.0]))),
    "a recurrence that explodes": (exploding, (jnp.float64(1.5), jnp.ones(6))),
    "a Cholesky factor of what is not definite": (not_definite, (jnp.array([[1.0, 2.0], [2.0, 1.0]]),)),
    "a power of 0": (powers, (jnp.array([0.0, 2.0]), jnp.float64(-0.5))),
    "a geometric mean with 0": (geometric_mean, (jnp.array([0.0, 2.0]),)),
    "sin(x) / x, guarded by where": (guarded, (jnp.array([0.0, 1.0]),)),
}
"""Costs or derivatives that are inf or nan."""
