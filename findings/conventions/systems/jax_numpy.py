"""JAX."""
# pip: jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6

import jax
import jax.numpy as jnp
from jax.test_util import check_grads

jax.config.update("jax_enable_x64", True)
FUNCTIONS = {
    "abs": jnp.abs,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "maximum": jnp.maximum,
    "amax": lambda xs: jnp.max(jnp.stack(xs)),
    "clip": jnp.clip,
    "sign": jnp.sign,
    "floor": jnp.floor,
    "mod": jnp.mod,
    "sinc": jnp.sinc,
    "hypot": jnp.hypot,
    "pow": jnp.power,
    "sqrt": jnp.sqrt,
    "norm": lambda xs: jnp.linalg.norm(jnp.stack(xs)),
    "atan2": jnp.arctan2,
    "where_positive": lambda x, yes, no: jnp.where(x > 0, yes, no),
    "asin": jnp.arcsin,
    "log": jnp.log,
    "xlogy": jax.scipy.special.xlogy,
    "logsumexp": lambda xs: jax.nn.logsumexp(jnp.stack(xs)),
    "prod": lambda xs: jnp.prod(jnp.stack(xs)),
    "std": lambda xs: jnp.std(jnp.stack(xs)),
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "softplus": jax.nn.softplus,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "log_sigmoid": jax.nn.log_sigmoid,
    "expm1": jnp.expm1,
}


def value(f, *at, dtype=jnp.float64):
    return float(f(*(jnp.asarray(x, dtype) for x in at)))


def gradient(f, *at, dtype=jnp.float64):
    return [float(g) for g in jax.grad(f, argnums=tuple(range(len(at))))(*(jnp.asarray(x, dtype) for x in at))]


def second(f, at):
    return float(jax.grad(jax.grad(f))(at))


def value32(f, *at):
    return value(f, *at, dtype=jnp.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=jnp.float32)


def backward_twice():
    y, pull = jax.vjp(lambda x: x * x, 3.0)
    pull(jnp.ones_like(y))
    return float(pull(jnp.ones_like(y))[0])


def integer():
    return float(jax.grad(lambda x: x**2)(3))


def many():
    return float(jax.grad(lambda x: jnp.stack([x**2, x**3]))(2.0))


def same():
    x = jnp.asarray(1.0)
    return type(x == x).__name__


def checks(factor):
    @jax.custom_jvp
    def cube(x):
        return x**3

    cube.defjvp(lambda at, along: (at[0] ** 3, 3 * factor * at[0] ** 2 * along[0]))
    try:
        check_grads(cube, (jnp.asarray(1.0),), order=1)
    except AssertionError:
        return False
    return True
