"""micrograd."""
# pip: micrograd==0.1.0

from micrograd.engine import Value

FUNCTIONS = {"relu": Value.relu}


def value(f, *at):
    return f(*map(Value, at)).data


def gradient(f, *at):
    xs = [Value(x) for x in at]
    f(*xs).backward()
    return [x.grad for x in xs]


def backward_twice():
    x = Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    return x.grad


def many():
    return gradient(lambda x: [x**2, x**3], 2.0)


def same():
    x = Value(1.0)
    return x == x
