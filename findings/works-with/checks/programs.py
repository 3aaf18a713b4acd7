"""Libraries that programs, formulas and estimators are handed to."""
# with the product
# pip: jax==0.10.2 jaxlib==0.10.2 flatbuffers==25.12.19 sympy==1.14.0 scikit-learn==1.9.1
# pip: numpy==2.4.6 graphviz==0.21 tqdm==4.70.1 platformdirs==4.14.5

import warnings
from importlib.metadata import version

import numpy as np
from line import line

from autograd import Value, tanh
from autograd.vectorize import vectorize

warnings.simplefilter("ignore")


def jax_program():
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import export

    w, x = Value(0.5, label="w"), [Value(2.0), Value(-1.0)]
    program = vectorize(tanh(w * x[0] + x[1]) + w, inputs={"X": x})
    f, given = program.to("jax"), np.array([[2.0, -1.0]])
    exported = export.export(jax.jit(f))(program.parameters, given)
    found = export.deserialize(exported.serialize()).call(program.parameters, given)
    return f"{np.max(np.abs(np.asarray(found) - program(given))):.1g} is the difference of the value"


def sympy():
    from autograd.interop import from_sympy, to_sympy

    x = Value(0.5, label="x")
    formula = to_sympy(tanh(x * 2.0) + x.gelu())
    back = from_sympy(formula, {"x": x})
    return f"{abs(back.data - (tanh(x * 2.0) + x.gelu()).data):.1g} is the difference there and back"


def estimator_checks():
    from nn.estimators import NetworkClassifier
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(NetworkClassifier(epochs=5), on_fail=None, on_skip=None)
    counts = {}
    for result in results:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    failed = [result["check_name"] for result in results if result["status"] == "failed"]
    return ", ".join(f"{count} {status}" for status, count in counts.items()) + "".join(f"; {name}" for name in failed)


line(f"JAX {version('jax')}, exported", "`program.to('jax')`, exported, read again, run", jax_program)
line(f"SymPy {version('sympy')}", "`to_sympy` and `from_sympy`", sympy)
line(f"scikit-learn {version('scikit-learn')}", "its `check_estimator` on `NetworkClassifier`", estimator_checks)
