"""CasADi, MX."""
# pip: casadi==3.8.2 numpy==2.4.6

import casadi as ca

KIND = ca.MX
FUNCTIONS = {
    "abs": ca.fabs,
    "maximum": ca.fmax,
    "amax": lambda xs: ca.mmax(ca.vertcat(*xs)),
    "sign": ca.sign,
    "floor": ca.floor,
    "mod": ca.fmod,
    "hypot": ca.hypot,
    "pow": ca.power,
    "sqrt": ca.sqrt,
    "norm": lambda xs: ca.norm_2(ca.vertcat(*xs)),
    "atan2": ca.atan2,
    "where_positive": lambda x, yes, no: ca.if_else(x > 0, yes, no),
    "asin": ca.asin,
    "log": ca.log,
    "logsumexp": lambda xs: ca.logsumexp(ca.vertcat(*xs)),
    "tanh": ca.tanh,
    "expm1": ca.expm1,
}


def run(outputs, xs, at):
    found = ca.Function("f", xs, outputs)(*at)
    return [float(x) for x in (found if len(outputs) > 1 else [found])]


def value(f, *at):
    xs = [KIND.sym(f"x{i}") for i in range(len(at))]
    return run([f(*xs)], xs, at)[0]


def gradient(f, *at):
    xs = [KIND.sym(f"x{i}") for i in range(len(at))]
    y = f(*xs)
    return run([ca.gradient(y, x) for x in xs], xs, at)


def second(f, at):
    x = KIND.sym("x")
    return run([ca.gradient(ca.gradient(f(x), x), x)], [x], [at])[0]


def backward_twice():
    x = KIND.sym("x")
    y = x * x
    ca.gradient(y, x)
    return run([ca.gradient(y, x)], [x], [3.0])[0]


def many():
    return gradient(lambda x: ca.vertcat(x**2, x**3), 2.0)


def same():
    x = KIND.sym("x")
    return type(x == x).__name__
