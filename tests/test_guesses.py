"""What people from other systems type first works here, or is answered by the name to use.

Each list was written before the code was looked at.
"""

import re
from importlib.util import find_spec

import pytest

import autograd
import nn
from autograd import Value
from autograd.names_elsewhere import ARGUMENTS, ATTRIBUTES

WORKS = None
GUESSES = {
    "PyTorch": {
        "autograd.tensor(2.0, requires_grad=True)": "Value(2.0)",
        "autograd.Tensor(2.0)": "Value(2.0)",
        "autograd.Variable(2.0)": "Value(2.0)",
        "x.item()": "v.data",
        "nn.optim.Adam(model.parameters())": WORKS,
        "nn.optim.RMSprop(model.parameters())": "nn.Adam",
        "nn.layers.Dense(3)": "nn.Layer",
        "nn.losses.SparseCategoricalCrossentropy(from_logits=True)": "nn.cross_entropy",
        "autograd.grad([y], [x], create_graph=True)": "grad(grad(f))",
        "autograd.gradcheck(lambda a: a * a, 2.0, eps=1e-6)": "finds its steps by itself",
        "x.null_grad()": "del v.grad",
        "x.detach()": WORKS,
        "x.requires_grad": "Constant",
        "x.requires_grad_()": "Constant",
        "x.grad_fn": "v.op",
        "x.is_leaf": "v.op",
        "x.clone()": "copy.copy(v)",
        "x.numpy()": "v.data",
        "x.retain_grad()": "v.grad",
        "x.zero_grad()": "del v.grad",
        "y.backward(retain_graph=True)": "leave the argument out",
        "autograd.grad(y, [x])": "backward()",
        "autograd.no_grad()": WORKS,
        "autograd.backward(y)": "J.backward()",
        "autograd.Function": "own_operation",
        "autograd.own_operation": "from autograd.own_operations import own_operation",
        "autograd.gradcheck(lambda a: a * a, 2.0)": WORKS,
        "autograd.manual_seed(0)": "seed=0",
        "autograd.relu(x)": WORKS,
        "autograd.sin(x)": WORKS,
        "x.pow(2)": WORKS,
        "x.square()": WORKS,
        "x.softmax()": "softmax(values)",
        "x.hardtanh()": "v.hard_tanh()",
        "x.add_(1.0)": "new nodes",
        "x.round()": "v.floor()",
        "nn.SiLU()": "activation='silu'",
        "nn.GRU(2, 3)": "nn.Layer",
        "nn.L1Loss()": "nn.squared_error",
        "model.cuda()": "one device",
        "x.sigmoid()": WORKS,
        "nn.Linear(2, 1)": "nn.Layer(n_in, n_out, activation=None)",
        "nn.Sequential(nn.Layer(2, 4))": "nn.MLP",
        "nn.ReLU()": "activation='relu'",
        "nn.Tanh()": "activation='tanh'",
        "nn.Module": "nn.MLP",
        "nn.Parameter(1.0)": "Values",
        "nn.MSELoss()": "nn.squared_error",
        "nn.CrossEntropyLoss()": "nn.cross_entropy",
        "nn.BCEWithLogitsLoss()": "nn.binary_cross_entropy",
        "nn.Dropout(0.5)": "nn.Layer",
        "nn.BatchNorm1d(4)": "nn.Layer",
        "nn.functional.relu(x)": "autograd",
        "nn.init": "seed=",
        "from nn import optim": WORKS,
        "nn.SGD(model.parameters(), lr=0.1)": "learning_rate=",
        "nn.Adam(model.parameters(), weight_decay=0.01)": "decay_rate=",
        "nn.AdamW(model.parameters())": WORKS,
        "optimizer.zero_grad()": WORKS,
        "optimizer.param_groups": "optimizer.learning_rate",
        "model.named_parameters()": "p.label",
        "model.state_dict()": "nn.save_model",
        "model.load_state_dict({})": "nn.load_model",
        "model.train()": "nn.fit",
        "model.eval()": "no mode",
        "model.forward([0.5, -1.0])": WORKS,
        "model.zero_grad()": WORKS,
        "model.to('cpu')": "one device",
        "model.backward()": "J.backward()",
        "from nn import DataLoader": "batch_size=",
        "nn.cross_entropy([x, y], 0)": "one target for each output",
        "nn.mse_loss([x], [1.0])": "nn.squared_error",
        "nn.save(model, path)": "nn.save_model",
    },
    "Keras": {
        "nn.Dense(16, activation='relu')": "nn.Layer",
        "nn.Input(2)": "nn.MLP(2, ",
        "model.fit(X, Y, epochs=2)": "nn.fit",
        "nn.fit(model, X, Y)": "(inputs, targets)",
        "nn.fit(model, (X, Y), verbose=0)": "progress=",
        "nn.fit(model, (X, Y), validation_split=0.2)": "validation=",
        "model.compile(optimizer='adam', loss='mse')": "nn.fit",
        "model.predict(X)": "nn.outputs",
        "model.evaluate(X, Y)": "nn.mean_loss",
        "model.summary()": "print(model)",
        "model.save(path)": "nn.save_model",
        "nn.load_model(path)": "No such file",
        "model.get_weights()": "model.parameters()",
        "model.count_params()": "len(model.parameters())",
        "model.layers[0].weights": "neuron.w",
        "model.layers[0].kernel": "neuron.w",
        "model.layers[0].bias": "neuron.b",
        "model.trainable_weights": "model.parameters()",
        "history.history['loss']": "history.cost",
        "history.plot()": WORKS,
        "history.val_loss": "history.validation_cost",
        "nn.plot_model(model)": "nn.draw_network",
        "autograd.GradientTape()": "J.backward()",
    },
    "scikit-learn": {
        "nn.MLPClassifier(hidden_layer_sizes=(4,))": "NetworkClassifier",
        "nn.MLPRegressor(max_iter=2)": "NetworkRegressor",
        "nn.load_iris()": "nn.load('iris')",
        "nn.make_moons(n_samples=10, noise=0.1, random_state=0)": "nn.moons()",
        "nn.train_test_split(X, Y)": "data.split(0.2)",
        "nn.StandardScaler()": "nn.standardized",
        "nn.accuracy_score(Y, Y)": "nn.accuracy",
        "model.score(X, Y)": "nn.accuracy",
        "model.coefs_": "neuron.w",
    },
    "JAX": {
        "autograd.grad(lambda a: a * a)(2.0)": WORKS,
        "autograd.value_and_grad(lambda a: a * a)(2.0)": WORKS,
        "autograd.grad(lambda a, b: a * b, argnums=(0, 1))(2.0, 3.0)": WORKS,
        "autograd.vjp(lambda a: a * a, 2.0)": "weights",
        "autograd.jit(lambda a: a * a)": "vectorize",
        "autograd.vmap(lambda a: a * a)": "vectorize",
        "autograd.jacfwd(lambda a: a * a)": "jacobian",
        "autograd.jacrev(lambda a: a * a)": "jacobian",
        "autograd.hessian(lambda a: a * a)(2.0)": WORKS,
        "autograd.jvp(lambda a: a * a, (2.0,), (1.0,))": WORKS,
        "autograd.make_jaxpr(lambda a: a * a)": "explain",
        "autograd.stop_gradient(x)": WORKS,
        "autograd.custom_vjp(lambda a: a * a)": "own_operation",
        "autograd.checkpoint(lambda a: a * a)": "vectorize",
    },
    "HIPS autograd": {
        "import autograd.numpy as np": "import numpy as np",
        "from autograd import numpy as np": "import numpy as np",
        "from autograd import elementwise_grad": "grad(f)(x)",
        "autograd.jacobian(lambda a: [a * a])(2.0)": WORKS,
        "autograd.make_vjp(lambda a: a * a)": "vjp",
        "from autograd.extend import primitive, defvjp": "own_operation",
        "from autograd.misc.optimizers import adam": "nn.Adam",
        "from autograd.test_util import check_grads": "gradcheck",
    },
    "micrograd": {
        "from autograd.engine import Value": "from autograd import Value",
        "from autograd.nn import MLP": "import nn",
        "nn.MLP(3, [4, 4, 1])": WORKS,
        "nn.Neuron(2)": WORKS,
        "x._prev": WORKS,
        "x._op": WORKS,
        "y._backward()": WORKS,
        "autograd.Value(2.0, (x, y), '+', label='z')": "own_operation",
        "autograd.Value(2.0, label='a')": WORKS,
        "autograd.draw_dot(y)": "from autograd import draw",
        "autograd.trace(y)": "topological_order",
        "model([0.5, -1.0])": WORKS,
        "len(model.parameters())": WORKS,
    },
    "TensorFlow": {
        "autograd.constant(2.0)": "Constant(2.0)",
        "autograd.convert_to_tensor(2.0)": "Value(2.0)",
        "autograd.reduce_sum([x])": "sum(values)",
        "autograd.reduce_mean([x])": "len(values)",
        "autograd.math.sin(x)": "import sin",
        "autograd.keras": "import nn",
        "autograd.cast(x, int)": "64-bit",
        "autograd.gradients(y, [x])": "J.backward()",
        "autograd.watch(x)": "J.backward()",
        "autograd.function(lambda a: a)": "vectorize",
        "autograd.multiply(x, y)": WORKS,
        "autograd.pow(x, 2)": WORKS,
        "x.assign(3.0)": "v.data = 3.0",
        "x.assign_add(1.0)": "v.data = 3.0",
        "x.numpy()": "v.data",
        "x.get_shape()": "one number",
        "x.trainable": "Constant",
        "x.eval()": "v.data",
        "nn.losses.mean": WORKS,
        "nn.optimizers.Adam": "nn.Adam",
        "from nn.optimizers import Adam": "nn.Adam",
        "from nn.models import Sequential": "nn.MLP",
    },
    "tinygrad": {
        "x.realize()": "v.data",
        "x.schedule()": "v.data",
        "x.softmax()": "softmax(values)",
        "x.log_softmax()": "logsumexp(values)",
        "x.sparse_categorical_crossentropy(1)": "nn.cross_entropy",
        "autograd.Tensor([1.0])": "Value(2.0)",
        "nn.state.get_parameters(model)": "model.parameters()",
        "from nn.optim import Adam": WORKS,
        "x.reshape(1)": "without axes",
        "x.max()": "without axes",
    },
    "SymPy": {
        "autograd.symbols('x y')": "label='x'",
        "autograd.Symbol('x')": "label='x'",
        "autograd.diff(y, x)": "J.backward()",
        "autograd.Derivative(y, x)": "J.backward()",
        "autograd.simplify(y)": "to_sympy",
        "autograd.integrate(y, x)": "to_sympy",
        "autograd.solve(y, x)": "to_sympy",
        "autograd.lambdify(x, y)": "vectorize",
        "autograd.latex(y)": "explain(J).latex()",
        "autograd.series(y, x)": "taylor",
        "autograd.pprint(y)": "explain(J)",
        "autograd.Matrix([[x]])": "list of lists",
        "autograd.sympify('x**2')": "parse(",
        "autograd.Rational(1, 2)": "Python's",
        "autograd.pi": "math.pi",
        "autograd.oo": "math.inf",
        "autograd.ln(x)": WORKS,
        "autograd.Abs(x)": "abs",
        "autograd.Max(x, y)": "maximum",
        "autograd.Piecewise((x, True))": "where",
        "autograd.gamma(x)": "own_operation",
        "x.diff(x)": "J.backward()",
        "y.subs(x, 2)": "vectorize(J)",
        "y.evalf()": "v.data",
        "y.free_symbols": "topological_order",
        "y.args": "v.inputs",
        "y.func": "v.op",
        "y.simplify()": "to_sympy",
    },
    "statsmodels": {
        "nn.OLS(Y, X)": "without hidden layers",
        "nn.Logit(Y, X)": "without hidden layers",
        "nn.add_constant(X)": "bias",
        "history.summary()": "print(history)",
        "history.params": "nn.fit",
        "history.rsquared": "no such statistics",
        "history.pvalues": "no such statistics",
        "history.conf_int()": "no such statistics",
    },
    "PyTorch, a second list": {
        "autograd.zeros(3)": "Value(2.0)",
        "autograd.stack([x, y])": "NumPy arrays",
        "autograd.clamp(x, 0, 1)": "clip(",
        "autograd.matmul(x, y)": "numpy",
        "autograd.isnan(x)": "math.isnan",
        "autograd.float64": "64-bit",
        "autograd.is_grad_enabled()": "no_grad()",
        "x.unsqueeze(0)": "without axes",
        "x.register_hook(print)": "v.grad",
        "x.add_(1)": "v.data = 3.0",
        "x.half()": "64-bit",
        "x.ndim": "without axes",
        "nn.ModuleList([])": "class of yours",
        "nn.L1Loss()": "abs(",
        "nn.HuberLoss()": "nn.huber",
        "nn.Softplus()": "names",
        "nn.Identity()": "activation=None",
        "nn.Transformer()": "nn.Layer",
        "nn.utils.clip_grad_norm_(model.parameters(), 1.0)": "p.grad",
        "nn.lr_scheduler": "schedule=",
        "nn.Adagrad(model.parameters())": "nn.Adam",
        "model.cuda()": "64-bit",
        "model.apply(print)": "p.data",
        "model.requires_grad_(False)": "parameters=",
        "optimizer.zero_grad(set_to_none=True)": "leave the argument out",
        "optimizer.defaults": "learning_rate",
        "nn.MLP(2, [16, 1], dropout=0.1)": "nn.Layer",
        "nn.Layer(2, 3, bias=False)": WORKS,
        "nn.TensorDataset(X, Y)": "(inputs, targets)",
        "nn.random_split(data, [0.8, 0.2])": "split(0.2)",
        "data.shape": "data.inputs.shape",
        "data.target": "data.labels",
        "data.feature_names": "data.features",
        "data.shuffle()": "batch_size=",
    },
    "Keras and scikit-learn, a second list": {
        "model.layers[0].units": "len(layer.neurons)",
        "model.input_shape": "model.sizes",
        "model.optimizer": "nn.fit",
        "model.to_json()": "nn.save_model",
        "model.save_weights('w.json')": "nn.save_model",
        "model.get_layer('a')": "model.layers",
        "model.trainable": "parameters=",
        "history.params": "nn.fit",
        "nn.fit(model, (X, Y), class_weight=None)": "sample_weight=",
        "nn.EarlyStopping()": "patience=10",
        "nn.ModelCheckpoint('x')": "checkpoint=",
        "nn.TensorBoard()": "callback=",
        "nn.to_categorical([0, 1])": "data.targets",
        "nn.metrics": "nn.accuracy",
        "nn.initializers": "seed=",
        "nn.regularizers": "decay_rate=",
        "nn.make_blobs()": "nn.moons()",
        "nn.load_wine()": "nn.load(",
        "nn.MinMaxScaler()": "nn.standardized",
        "nn.OneHotEncoder()": "data.targets",
        "nn.cross_val_score(model, X, Y)": "nn.estimators",
        "nn.confusion_matrix(Y, Y)": "nn.classify",
        "nn.LogisticRegression()": "output='sigmoid'",
        "nn.Pipeline([])": "nn.estimators",
        "nn.mean_squared_error(Y, Y)": "nn.squared_error",
    },
    "JAX, a second list": {
        "autograd.lax.scan": "for, while, if",
        "autograd.cond(True, x, y)": "where(",
        "autograd.tree_map(print, x)": "grad(f)(",
        "autograd.remat(print)": "vectorize",
        "autograd.device_put(x)": "64-bit",
        "autograd.debug": "why_nan",
        "autograd.disable_jit()": "v.data",
        "autograd.logsumexp([x, y])": WORKS,
        "autograd.numerical_gradient(print, x)": "gradcheck",
        "autograd.hess(print)": "hessian",
    },
    "the names of this project": {
        "autograd.draw(y)": WORKS,
        "autograd.explain(y)": WORKS,
        "autograd.play(y)": WORKS,
        "autograd.vectorize(y)": WORKS,
        "from autograd import grad, draw, explain, play, vectorize; draw(y), explain(y), play(y), vectorize(y)": WORKS,
        "from autograd.draw import draw; draw(y)": WORKS,
        "import autograd.draw as pictures; pictures.draw(y), pictures(y), pictures.Drawing": WORKS,
        "y.draw()": "draw(v)",
        "y.plot()": "draw(v)",
        "y.explain()": "explain(v)",
    },
}


@pytest.fixture(scope="module")
def trained():
    model = nn.MLP(2, [1], seed=1)
    return nn.fit(model, ([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]), nn.squared_error, epochs=1)


@pytest.mark.parametrize("system", GUESSES)
def test_a_guess_works_or_is_answered_by_the_name_to_use(system, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = Value(2.0, label="x")
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    names = {
        "autograd": autograd,
        "nn": nn,
        "x": x,
        "y": x * x,
        "model": model,
        "optimizer": nn.SGD(model.parameters()),
        "history": trained,
        "data": nn.moons(4),
        "X": [[0.0, 1.0], [1.0, 0.0]],
        "Y": [0.0, 1.0],
        "path": "model.json",
    }
    said = {guess: _said(guess, dict(names)) for guess in GUESSES[system]}
    wrong = {
        guess: said[guess]
        for guess, answer in GUESSES[system].items()
        if (said[guess] is not None if answer is WORKS else answer not in (said[guess] or ""))
    }
    assert not wrong


def _said(guess, names):
    """What the error of a guess says; None where it works."""
    try:
        exec(guess, names)
    except (AttributeError, ImportError, OSError, TypeError, ValueError) as error:
        return str(error)
    return None


def test_there_are_two_hundred_guesses():
    assert sum(map(len, GUESSES.values())) >= 200


def test_what_an_answer_names_is_there():
    answers = [text for table in ATTRIBUTES.values() for text in table.values()] + list(ARGUMENTS.values())
    for text in answers:
        for module, names in re.findall(r"from ([\w.]+) import ([\w, ]+)`", text):
            if module != "nn.estimators" or find_spec("sklearn"):
                exec(f"from {module} import {names}", {})
        for name in re.findall(r"(?<!from )\bnn\.([A-Za-z_]\w*)", text):
            assert hasattr(nn, name), text
