"""TensorFlow."""
# pip: tensorflow-cpu==2.21.0

import tensorflow as tf

FUNCTIONS = {
    "abs": tf.abs,
    "relu": tf.nn.relu,
    "leaky_relu": tf.nn.leaky_relu,
    "maximum": tf.maximum,
    "amax": lambda xs: tf.reduce_max(tf.stack(xs)),
    "clip": tf.clip_by_value,
    "sign": tf.sign,
    "floor": tf.floor,
    "mod": tf.math.floormod,
    "sinc": tf.experimental.numpy.sinc,
    "hypot": tf.experimental.numpy.hypot,
    "pow": tf.pow,
    "sqrt": tf.sqrt,
    "norm": lambda xs: tf.norm(tf.stack(xs)),
    "atan2": tf.atan2,
    "where_positive": lambda x, yes, no: tf.where(x > 0, yes, no),
    "asin": tf.asin,
    "log": tf.math.log,
    "xlogy": tf.math.xlogy,
    "logsumexp": lambda xs: tf.reduce_logsumexp(tf.stack(xs)),
    "prod": lambda xs: tf.reduce_prod(tf.stack(xs)),
    "std": lambda xs: tf.math.reduce_std(tf.stack(xs)),
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
    "softplus": tf.nn.softplus,
    "gelu": lambda x: tf.nn.gelu(x, approximate=False),
    "log_sigmoid": tf.math.log_sigmoid,
    "expm1": tf.math.expm1,
}


def value(f, *at, dtype=tf.float64):
    return float(f(*(tf.constant(x, dtype) for x in at)))


def gradient(f, *at, dtype=tf.float64):
    xs = [tf.constant(x, dtype) for x in at]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)


def second(f, at):
    x = tf.constant(at, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        slope = inner.gradient(y, x)
    found = outer.gradient(slope, x)
    return "None" if found is None else float(found)


def value32(f, *at):
    return value(f, *at, dtype=tf.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=tf.float32)


def backward_twice():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return float(tape.gradient(y, x))


def integer():
    return gradient(lambda x: x**2, 3, dtype=tf.int32)


def many():
    return gradient(lambda x: tf.stack([x**2, x**3]), 2.0)


def same():
    x = tf.constant(1.0)
    return type(x == x).__name__
