"""XAD."""
# pip: xad==1.5.2

import xad.adj_1st as xadj
import xad.math as xm

FUNCTIONS = {
    "abs": xm.fabs,
    "maximum": xm.fmax,
    "floor": xm.floor,
    "mod": xm.fmod,
    "hypot": xm.hypot,
    "pow": xm.pow,
    "sqrt": xm.sqrt,
    "atan2": xm.atan2,
    "where_positive": lambda x, yes, no: yes if x > 0.0 else no,
    "asin": xm.asin,
    "log": xm.log,
    "tanh": xm.tanh,
    "expm1": xm.expm1,
}


def value(f, *at):
    return f(*map(xadj.Real, at)).getValue()


def gradient(f, *at):
    with xadj.Tape() as tape:
        xs = [xadj.Real(float(x)) for x in at]
        for x in xs:
            tape.registerInput(x)
        tape.newRecording()
        y = f(*xs)
        tape.registerOutput(y)
        y.setDerivative(1.0)
        tape.computeAdjoints()
        return [x.getDerivative() for x in xs]


def backward_twice():
    with xadj.Tape() as tape:
        x = xadj.Real(3.0)
        tape.registerInput(x)
        tape.newRecording()
        y = x * x
        tape.registerOutput(y)
        y.setDerivative(1.0)
        tape.computeAdjoints()
        y.setDerivative(1.0)
        tape.computeAdjoints()
        return x.getDerivative()


def same():
    x = xadj.Real(1.0)
    return x == x
