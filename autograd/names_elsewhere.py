"""Names of micrograd, PyTorch, Keras, scikit-learn, JAX and HIPS autograd that are others here, and the errors that say
what to write instead.

The tables below are all there is: a missing attribute, a missing name of a module, a missing module, an operator that
a class has not, and an unknown argument look here.

>>> from autograd import Value
>>> Value(2.0).item()
Traceback (most recent call last):
AttributeError: Value has no item: the number is v.data, as a float
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

if TYPE_CHECKING:
    from autograd.value import Value

P = ParamSpec("P")
R = TypeVar("R")
Class = TypeVar("Class", bound=type)

NODES_BY_OPERATIONS = (
    "the nodes of a graph are made by operations, which know their derivatives. One of your own is "
    "`square = own_operation('square', lambda m, x: x * x, [lambda m, x, out: 2 * x])` of autograd.own_operations, and "
    "then `square(v)`; opaque_operation takes plain functions of numbers"
)
_DATA = "the number is v.data, as a float"
_ARRAY = "a Value is one number, without axes; arrays are lists of Values, or NumPy arrays of them"
_OWN_ATTRIBUTE = "a node takes no attributes but data, grad and label; keep others in a dict by node, {v: ...}"
_LEAF = "every Value has a gradient; what is to have none is a Constant, from autograd"
_PLACE = "there is one device, and one type: Python's 64-bit floats"
_ROUNDED = "write v.floor(), whose slope is 0, or round(v.data) for a plain number"
_IN_PLACE = "operations make new nodes; v.data = number sets that of a leaf"
_PICTURE = "write `draw(J).save('graph.svg')`, or .png, .pdf, .dot"
_MODULE = (
    "a model is any class of yours that computes with Values; nn.MLP, nn.Layer and nn.Neuron have parameters() and "
    "zero_grad()"
)
_LOSSES = "costs are functions: nn.squared_error, nn.cross_entropy, nn.binary_cross_entropy, and these on logits"
_NO_GRAD = "write `with no_grad():`, of autograd"
_NUMPY = "NumPy's own functions take arrays of Values: `import numpy as np`"
_JACOBIAN = "write `from autograd import jacobian`, then jacobian(f)(x)"
_OWN_OPERATION = "write `from autograd.own_operations import own_operation`, then own_operation(name, value, partials)"
_ACTIVATIONS = {
    "ReLU": "relu",
    "Tanh": "tanh",
    "LeakyReLU": "leaky_relu",
    "GELU": "gelu",
    "Softplus": "softplus",
    "ELU": "elu",
    "SiLU": "silu",
    "Swish": "silu",
    "Mish": "mish",
    "Softsign": "softsign",
    "Hardtanh": "hard_tanh",
}
_OPTIMIZERS = "optimizers are nn.SGD, nn.Adam and nn.AdamW"
_SEED = "nothing draws from a common generator: nn.MLP(..., seed=0), nn.fit(..., seed=0), nn.moons(seed=0)"
_NO_SUCH_LAYER = (
    "networks are of fully connected layers, nn.Layer; any other model computes with Values in plain Python"
)
_ESTIMATOR = "write `from nn.estimators import NetworkClassifier`, which takes hidden=(16,), epochs and learning_rate"
_SAVE = "write nn.save_model(model, 'model.json'); a graph by save_graph of autograd.files"
_SCALE = "write nn.standardized(data)"
_WEIGHTS = "model.parameters() are all weights and biases, as Values; neuron.w and neuron.b those of a unit"
_OUTPUTS = "write nn.outputs(model, samples), or nn.classify(model, data)"
_COST = "the mean cost of each epoch is history.cost, with a part held out history.validation_cost"
_MODEL = "the network is classifier.model_: its layers have the weights, and what `fit` prints"
_CHECK = "write `from autograd import gradcheck`, then gradcheck(f, inputs)"
_TRANSFORMS = "write `from autograd import grad, jacobian, hessian, hvp, jvp, vjp`"

ATTRIBUTES: dict[str, dict[str, str]] = {
    "Value": {
        "item": _DATA,
        "numpy": _DATA,
        "tolist": _DATA,
        "value": _DATA,
        "val": _DATA,
        "children": "the operands are v.inputs, in order; _prev is the set of them",
        "_children": "the operands are v.inputs, in order; _prev is the set of them",
        "prev": "the operands are v.inputs, in order; _prev is the set of them",
        "parents": "the operands are v.inputs, in order; _prev is the set of them",
        "parent": "the operands are v.inputs, in order; _prev is the set of them",
        "operands": "the operands are v.inputs, in order; _prev is the set of them",
        "grad_fn": "the operation that made a node is v.op",
        "zero_grad": "del v.grad forgets a gradient; model.zero_grad() and optimizer.zero_grad() those of parameters",
        "requires_grad": _LEAF,
        "requires_grad_": _LEAF,
        "is_leaf": "a leaf has v.op None",
        "draw": "write `from autograd import draw`, then draw(v)",
        "plot": "write `from autograd import draw`, then draw(v)",
        "play": "write `from autograd import play`, then play(v)",
        "explain": "write `from autograd import explain`, then explain(v)",
        "gradient": "the derivative, after J.backward(), is v.grad",
        "derivative": "the derivative, after J.backward(), is v.grad",
        "deriv": "the derivative, after J.backward(), is v.grad",
        "zero_": "del v.grad forgets a gradient; model.zero_grad() and optimizer.zero_grad() those of parameters",
        "add_": _IN_PLACE,
        "sub_": _IN_PLACE,
        "mul_": _IN_PLACE,
        "div_": _IN_PLACE,
        "relu_": _IN_PLACE,
        "clamp_": _IN_PLACE,
        "copy_": _IN_PLACE,
        "fill_": _IN_PLACE,
        "detach_": "write v.detach(), which is a new node",
        "retain_grad": "every node keeps its gradient: v.grad",
        "clone": "a node need not be copied; copy.copy(v) is another one",
        "copy": "a node need not be copied; copy.copy(v) is another one",
        "clamp": "write v.clip(least, greatest), or v.maximum(least), v.minimum(greatest) for one bound",
        "clamp_min": "write v.maximum(least)",
        "clamp_max": "write v.minimum(greatest)",
        "relu6": "write v.clip(0, 6)",
        "rsqrt": "write 1 / v.sqrt()",
        "swish": "it is v.silu() here",
        "hardtanh": "it is v.hard_tanh() here",
        "logsigmoid": "write -(-v).softplus()",
        "log_sigmoid": "write -(-v).softplus()",
        "softmax": "of a list of Values softmax(values), of autograd",
        "log_softmax": "of a list of Values each minus logsumexp(values), of autograd",
        "logsumexp": "of a list of Values logsumexp(values), of autograd",
        "norm": "of a list of Values norm(values), of autograd",
        "fmod": "v.remainder(y), or v % y, has the sign of y",
        "round": _ROUNDED,
        "trunc": _ROUNDED,
        "int": _ROUNDED,
        "long": _ROUNDED,
        "sum": "of a list of Values sum(values); " + _ARRAY,
        "mean": "of a list of Values sum(values) / len(values); " + _ARRAY,
        "std": _ARRAY,
        "var": _ARRAY,
        "max": "v.maximum(other) is the larger of two; " + _ARRAY,
        "min": "v.minimum(other) is the smaller of two; " + _ARRAY,
        "argmax": _ARRAY,
        "matmul": "of lists of Values dot(xs, ys), of autograd; " + _ARRAY,
        "mm": "of lists of Values dot(xs, ys), of autograd; " + _ARRAY,
        "dot": "of lists of Values dot(xs, ys), of autograd; " + _ARRAY,
        "shape": _ARRAY,
        "size": _ARRAY,
        "ndim": _ARRAY,
        "dim": _ARRAY,
        "numel": _ARRAY,
        "T": _ARRAY,
        "transpose": _ARRAY,
        "reshape": _ARRAY,
        "view": _ARRAY,
        "flatten": _ARRAY,
        "squeeze": _ARRAY,
        "unsqueeze": _ARRAY,
        "dtype": _PLACE,
        "device": _PLACE,
        "to": _PLACE,
        "float": _PLACE,
        "double": _PLACE,
        "half": _PLACE,
        "type": _PLACE,
        "astype": _PLACE,
        "cpu": _PLACE,
        "cuda": _PLACE,
        "is_cuda": _PLACE,
        "name": "the name of a node is v.label",
        "tag": "the name of a node is v.label",
        "color": _OWN_ATTRIBUTE,
        "colour": _OWN_ATTRIBUTE,
    },
    "Drawing": {
        "render": _PICTURE,
        "view": "a notebook shows the picture by itself; elsewhere " + _PICTURE,
        "show": "a notebook shows the picture by itself; elsewhere " + _PICTURE,
        "source": "the DOT text is draw(J).dot",
        "node": "draw(J) is the whole picture; one of your own is drawn from topological_order(J) and v.inputs",
        "edge": "draw(J) is the whole picture; one of your own is drawn from topological_order(J) and v.inputs",
        "pipe": "the picture is draw(J).svg, as text; " + _PICTURE,
        "format": _PICTURE,
    },
    "optimizer": {
        "param_groups": "the rate is optimizer.learning_rate, and what is moved optimizer.parameters",
        "add_param_group": "the rate is optimizer.learning_rate, and what is moved optimizer.parameters",
        "params": "they are optimizer.parameters",
        "lr": "it is learning_rate here",
        "minimize": "write J.backward(), optimizer.step(), optimizer.zero_grad()",
        "apply_gradients": "write J.backward(), optimizer.step(), optimizer.zero_grad()",
        "update": "write J.backward(), optimizer.step(), optimizer.zero_grad()",
    },
    "network": {
        "train": "nn.fit(model, data) trains; there is no mode to switch",
        "eval": "there is no mode to switch: a network computes the same in training and afterwards",
        "fit": "write nn.fit(model, data, loss, optimizer)",
        "compile": "write nn.fit(model, data, loss, optimizer)",
        "predict": _OUTPUTS,
        "predict_proba": _OUTPUTS,
        "evaluate": "write nn.accuracy(model, data) or nn.mean_loss(model, data, loss)",
        "score": "write nn.accuracy(model, data)",
        "summary": "print(model) is the summary, nn.draw_network(J) the picture of a cost",
        "backward": "a cost goes backward: J = nn.squared_error(model(x), y); J.backward()",
        "step": "write optimizer.step(), or nn.fit, which does it",
        "named_parameters": "each parameter has its name: [(p.label, p) for p in model.parameters()]",
        "trainable_weights": _WEIGHTS,
        "trainable_variables": _WEIGHTS,
        "trainable_parameters": _WEIGHTS,
        "variables": _WEIGHTS,
        "weights": _WEIGHTS,
        "get_weights": _WEIGHTS,
        "set_weights": "write p.data = number for p in model.parameters(), or nn.load_model",
        "count_params": "write len(model.parameters())",
        "num_parameters": "write len(model.parameters())",
        "kernel": "the weights of a unit are neuron.w, those of a layer stand in layer.neurons",
        "coefs_": "the weights of a unit are neuron.w, those of a layer stand in layer.neurons",
        "intercepts_": "the bias of a unit is neuron.b",
        "W": "the weights of a unit are neuron.w, those of a layer stand in layer.neurons",
        "biases": "the bias of a unit is neuron.b",
        "nin": "len(neuron.w) is the number of inputs of a unit; model.sizes are those of a network",
        "n_in": "len(neuron.w) is the number of inputs of a unit; model.sizes are those of a network",
        "in_features": "len(neuron.w) is the number of inputs of a unit; model.sizes are those of a network",
        "nout": "len(layer.neurons) is the number of units of a layer; model.sizes are those of a network",
        "nouts": "len(layer.neurons) is the number of units of a layer; model.sizes are those of a network",
        "n_out": "len(layer.neurons) is the number of units of a layer; model.sizes are those of a network",
        "out_features": "len(layer.neurons) is the number of units of a layer; model.sizes are those of a network",
        "add": "layers stand in the list model.layers",
        "append": "layers stand in the list model.layers",
        "named_modules": "layers stand in the list model.layers, units in layer.neurons",
        "apply": "write `for p in model.parameters(): p.data = ...`",
        "requires_grad_": "what is not to be trained is left out of the parameters that an optimizer is given",
        "freeze": "what is not to be trained is left out of the parameters that an optimizer is given",
        "loss": "costs are functions: nn.squared_error(model(x), y), nn.mean_loss(model, data, loss)",
        "children": "layers stand in the list model.layers, units in layer.neurons",
        "modules": "layers stand in the list model.layers, units in layer.neurons",
        "state_dict": "write nn.save_model(model, 'model.json')",
        "load_state_dict": "write nn.load_model('model.json')",
        "save": "write nn.save_model(model, 'model.json')",
        "to": _PLACE,
        "cuda": _PLACE,
        "cpu": _PLACE,
        "float": _PLACE,
        "double": _PLACE,
        "half": _PLACE,
        "nonlin": "the activation of a unit is neuron.activation, None for none",
        "bias": "the bias of a unit is neuron.b",
        "weight": "the weights of a unit are neuron.w, those of a layer stand in layer.neurons",
    },
    "History": {
        "history": _COST,
        "loss": _COST,
        "losses": _COST,
        "val_loss": _COST,
        "loss_curve_": _COST,
        "accuracy": "nn.accuracy(model, data) is that of the model; with a part held out, history.validation_accuracy",
        "val_accuracy": "with a part held out it is history.validation_accuracy",
        "epoch": "write range(1, len(history.cost) + 1)",
        "epochs": "write len(history.cost)",
    },
    "NetworkClassifier": {
        "coefs_": _MODEL,
        "coef_": _MODEL,
        "intercepts_": _MODEL,
        "intercept_": _MODEL,
        "loss_": "the cost of each epoch is loss_curve_",
        "best_loss_": "the cost of each epoch is loss_curve_",
    },
    "autograd": {
        "draw_dot": "write `from autograd import draw`, then draw(root)",
        "trace": "the nodes are topological_order(root), the operands of one v.inputs",
        "tensor": "numbers are Values: Value(2.0); " + _ARRAY,
        "Tensor": "numbers are Values: Value(2.0); " + _ARRAY,
        "Variable": "numbers are Values: Value(2.0)",
        "array": "numbers are Values: Value(2.0); " + _ARRAY,
        "Parameter": "numbers are Values: Value(2.0)",
        "backward": "write J.backward()",
        "own_operation": _OWN_OPERATION,
        "opaque_operation": _OWN_OPERATION,
        "Function": _OWN_OPERATION,
        "primitive": _OWN_OPERATION,
        "defvjp": _OWN_OPERATION,
        "defjvp": _OWN_OPERATION,
        "custom_vjp": _OWN_OPERATION,
        "custom_jvp": _OWN_OPERATION,
        "custom_gradient": _OWN_OPERATION,
        "extend": _OWN_OPERATION,
        "enable_grad": "recording goes on after `with no_grad():`, of autograd",
        "inference_mode": _NO_GRAD,
        "set_grad_enabled": _NO_GRAD,
        "manual_seed": _SEED,
        "seed": _SEED,
        "random": _SEED,
        "GradientTape": "every Value remembers: J.backward(), then x.grad",
        "jit": "write `from autograd import vectorize`, then vectorize(f) or vectorize(J)",
        "vmap": "write `from autograd import vectorize`: vectorize(J, inputs=...) runs over samples",
        "pmap": "write `from autograd import vectorize`: vectorize(J, inputs=...) runs over samples",
        "jacfwd": _JACOBIAN,
        "jacrev": _JACOBIAN,
        "linearize": "write `from autograd import jvp`, or total_differential of autograd.approximation",
        "make_jaxpr": "print(explain(J)) has the steps of a graph, print(vectorize(J)) its array program",
        "checkpoint": "a graph stays in memory; vectorize(J) keeps arrays only",
        "elementwise_grad": "write [grad(f)(x) for x in xs]",
        "egrad": "write [grad(f)(x) for x in xs]",
        "deriv": "write `from autograd import grad`",
        "derivative": "write `from autograd import grad`",
        "holomorphic_grad": "numbers are real here, without complex ones",
        "make_vjp": "write `from autograd import vjp`, then vjp(f, x, direction)",
        "make_jvp": "write `from autograd import jvp`, then jvp(f, x, direction)",
        "make_hvp": "write `from autograd import hvp`, then hvp(f, x, direction)",
        "hessian_vector_product": "write `from autograd import hvp`, then hvp(f, x, direction)",
        "hessian_tensor_product": "write `from autograd import hvp`, then hvp(f, x, direction)",
        "functional": _TRANSFORMS,
        "differential_operators": _TRANSFORMS,
        "check_grads": _CHECK,
        "test_util": _CHECK,
        "set_detect_anomaly": "why_nan(J), of autograd.explain, names the operation that made a nan",
        "detect_anomaly": "why_nan(J), of autograd.explain, names the operation that made a nan",
        "numpy": _NUMPY,
        "scipy": _NUMPY,
        "misc": _OPTIMIZERS,
        "optim": _OPTIMIZERS,
        "save": _SAVE,
        "load": "write nn.load_model('model.json'); a graph by load_graph of autograd.files",
        "nn": "networks stand in a package of their own: `import nn`",
        "MLP": "networks stand in a package of their own: `from nn import MLP`",
        "engine": "write `from autograd import Value`",
    },
    "nn": {
        "Module": _MODULE,
        "Linear": "write nn.Layer(n_in, n_out, activation=None)",
        "Dense": "write nn.Layer(n_in, n_out, activation)",
        "Sequential": "write nn.MLP(n_in, [16, 16, 1], activation='relu'), which has its layers in model.layers",
        **{
            name: f"activations are names: nn.MLP(2, [16, 1], activation={here!r})"
            for name, here in _ACTIVATIONS.items()
        },
        "Sigmoid": "activations are names: nn.MLP(2, [16, 1], output='sigmoid')",
        "Softmax": "activations are names: nn.MLP(2, [16, 3], output='softmax')",
        "Parameter": "parameters are Values",
        "MSELoss": _LOSSES,
        "CrossEntropyLoss": _LOSSES,
        "BCELoss": _LOSSES,
        "BCEWithLogitsLoss": _LOSSES,
        "Optimizer": "write nn.SGD(model.parameters()) or nn.Adam(model.parameters())",
        "functional": "activations stand in autograd, costs in nn",
        "F": "activations stand in autograd, costs in nn",
        "relu": "activations of Values stand in autograd: `from autograd import relu`",
        "tanh": "activations of Values stand in autograd: `from autograd import tanh`",
        "sigmoid": "activations of Values stand in autograd: `from autograd import sigmoid`",
        "Identity": "without an activation a layer is linear: nn.Layer(n_in, n_out, activation=None)",
        "LogSoftmax": _LOSSES,
        "mse_loss": _LOSSES,
        "nll_loss": _LOSSES,
        "NLLLoss": _LOSSES,
        "MeanSquaredError": _LOSSES,
        "L1Loss": _LOSSES,
        "HuberLoss": _LOSSES,
        "SmoothL1Loss": _LOSSES,
        "KLDivLoss": _LOSSES,
        "HingeEmbeddingLoss": _LOSSES,
        "mse": _LOSSES,
        "MSE": _LOSSES,
        "mean_squared_error": _LOSSES,
        "BatchNorm1d": _NO_SUCH_LAYER,
        "BatchNormalization": _NO_SUCH_LAYER,
        "LayerNorm": _NO_SUCH_LAYER,
        "Dropout": _NO_SUCH_LAYER,
        "Conv1d": _NO_SUCH_LAYER,
        "Conv2d": _NO_SUCH_LAYER,
        "Conv2D": _NO_SUCH_LAYER,
        "Embedding": _NO_SUCH_LAYER,
        "Flatten": _NO_SUCH_LAYER,
        "LSTM": _NO_SUCH_LAYER,
        "GRU": _NO_SUCH_LAYER,
        "RNN": _NO_SUCH_LAYER,
        "MaxPool2d": _NO_SUCH_LAYER,
        "MultiheadAttention": _NO_SUCH_LAYER,
        "Transformer": _NO_SUCH_LAYER,
        "ModuleList": "a list of Python holds layers; nn.MLP has its own in model.layers",
        "utils": "a step is optimizer.step(); before it p.grad of model.parameters() may be set, to clip it, say",
        "Activation": "an activation is an argument: nn.Layer(n_in, n_out, activation='tanh')",
        "Input": "the first size is that of the inputs: nn.MLP(2, [16, 1]) has two",
        "InputLayer": "the first size is that of the inputs: nn.MLP(2, [16, 1]) has two",
        "Model": "write nn.MLP(n_in, [16, 16, 1], activation='relu')",
        "init": "first weights are drawn for the activation, from seed=; p.data = number sets others",
        "DataLoader": "nn.fit(model, data, batch_size=16) shuffles and makes batches",
        "Trainer": "write nn.fit(model, data, loss, optimizer)",
        "train_model": "write nn.fit(model, data, loss, optimizer)",
        "RMSprop": _OPTIMIZERS,
        "Adagrad": _OPTIMIZERS,
        "LBFGS": _OPTIMIZERS,
        "summary": "print(model) is the summary, nn.draw_network(J) the picture of a cost",
        "save": _SAVE,
        "predict": _OUTPUTS,
        "plot_model": "write nn.draw_network(J), J a cost of the model's outputs",
        "MLPClassifier": _ESTIMATOR,
        "NetworkClassifier": _ESTIMATOR,
        "MLPRegressor": "write `from nn.estimators import NetworkRegressor`, which takes hidden=(16,), epochs and more",
        "load_iris": "write nn.load('iris')",
        "load_digits": "write nn.load('digits')",
        "make_moons": "write nn.moons()",
        "make_circles": "write nn.circles()",
        "train_test_split": "write train, held_out = data.split(0.2), data a Dataset",
        "StandardScaler": _SCALE,
        "accuracy_score": "write nn.accuracy(model, data)",
        "draw_dot": "write `from autograd import draw`, then draw(root); nn.draw_network(J) draws units",
    },
}

OPERATORS: dict[str, dict[str, str]] = {
    "Value": {
        "@": "write x * y, or dot(xs, ys) of lists of Values; " + _ARRAY,
        "//": "write (x / y).floor(), whose slope is 0",
    },
    "network": {"[...]": "layers stand in the list model.layers, units in layer.neurons, weights in neuron.w"},
    "History": {"[...]": _COST},
}
_METHODS = {
    "@": ("__matmul__", "__rmatmul__"),
    "//": ("__floordiv__", "__rfloordiv__"),
    "[...]": ("__getitem__",),
}

ARGUMENTS: dict[str, str] = {
    "_children": NODES_BY_OPERATIONS,
    "_op": NODES_BY_OPERATIONS,
    "_prev": NODES_BY_OPERATIONS,
    "children": NODES_BY_OPERATIONS,
    "op": NODES_BY_OPERATIONS,
    "requires_grad": _LEAF,
    "dtype": _PLACE,
    "device": _PLACE,
    "name": "the name of a node is label=",
    "retain_graph": "a graph stays as long as a node of it is used, so leave the argument out",
    "create_graph": "derivatives of derivatives are those of autograd.transform: grad(grad(f))",
    "gradient": "backward starts at 1; for another number write (number * J).backward()",
    "derivatives": "they are partials= here",
    "derivative": "it is partials= here, a list",
    "forward": "it is value= here",
    "backward": "the derivatives are partials= here, one for each input",
    "set_to_none": "gradients are always forgotten; leave the argument out",
    "dampening": "SGD has momentum=",
    "maximize": "the cost is made smaller; for a larger one take its negative",
    "nonlin": "nonlin=False is activation=None here, and nonlin=True activation='relu', as is without it",
    "nonlinearity": "it is activation= here",
    "act": "it is activation= here",
    "nin": "it is n_in= here",
    "nout": "it is n_out= here, of a layer",
    "nouts": "it is sizes= here",
    "in_features": "it is n_in= here",
    "out_features": "it is n_out= here",
    "units": "it is n_out= here, of a layer; sizes= of an MLP",
    "lr": "it is learning_rate= here",
    "params": "it is parameters= here",
    "betas": "they are beta1= and beta2= here",
    "eps": "it is epsilon= here",
    "weight_decay": "decay is a part of the cost: nn.fit(..., decay_rate=) or nn.decay(model, rate)",
    "optim": "it is optimizer= here",
    "criterion": "it is loss= here",
    "loss_fn": "it is loss= here",
    "n_epochs": "it is epochs= here",
    "num_epochs": "it is epochs= here",
    "validation_split": "it is validation= here",
    "verbose": "it is progress= here",
    "batch": "it is batch_size= here",
    "max_iter": "it is epochs= here",
    "random_state": "it is seed= here",
    "random_seed": "it is seed= here",
    "learning_rate_init": "it is learning_rate= here",
    "rate": "it is learning_rate= here",
    "alpha": "the learning rate α is learning_rate= here, a weight decay decay_rate=",
    "l2": "it is decay_rate= here",
    "hidden_layer_sizes": "it is hidden= here",
    "hidden_sizes": "it is sizes= here, with the number of outputs at its end",
    "layers": "it is sizes= here, with the number of outputs at its end",
    "n_out": "the last of sizes= is the number of outputs",
    "validation_data": "validation=0.2 holds that part of the samples out; of others nn.accuracy(model, data)",
    "test_size": "write data.split(0.2)",
    "metrics": "nn.accuracy(model, data) is that of a model; validation=0.2 has it after each epoch",
    "callbacks": "it is callback= here, one function of the history, called after each epoch",
    "scheduler": "it is schedule= here, a function of the step that returns the learning rate",
    "early_stopping": "it is patience= here, epochs without a better one",
    "shuffle": "the order of the samples is drawn from seed=; leave the argument out",
    "n_samples": "it is samples= here",
    "argnum": "it is argnums= here",
    "use_bias": "every unit has a bias",
    "kernel_initializer": "first weights are drawn for the activation, from seed=",
    "nesterov": "SGD has momentum=",
    "amsgrad": "Adam is that of Kingma and Ba; leave the argument out",
    "format": "the ending of the name tells it: draw(J).save('graph.svg')",
    "rankdir": "a graph is drawn from left to right",
}


class Elsewhere:
    """A name of other systems on a class of this one: to ask for it, or to set it, is an error that knows better."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __get__(self, node: Any, owner: type) -> NoReturn:
        raise AttributeError(f"{owner.__name__} {self.message}")

    def __set__(self, node: Any, given: Any) -> NoReturn:
        self.__get__(node, type(node))


def explains_names(kind: str) -> Callable[[Class], Class]:
    """Return a decorator of classes, whose objects say what the names of ``ATTRIBUTES[kind]`` are here."""

    def decorate(cls: Class) -> Class:
        for name, here in ATTRIBUTES[kind].items():
            if not hasattr(cls, name):
                setattr(cls, name, Elsewhere(f"has no {name}: {here}"))
        for sign, here in OPERATORS.get(kind, {}).items():
            for method in _METHODS[sign]:
                setattr(cls, method, _refusing(f"{cls.__name__} has no {sign}: {here}"))
        cls.__dir__ = _own_names  # type: ignore[method-assign, assignment]
        return cls

    return decorate


def _refusing(message: str) -> Callable[..., NoReturn]:
    def refuse(*_operands: object) -> NoReturn:
        raise TypeError(message)

    return refuse


def _own_names(self: object) -> list[str]:
    """Return the names that an object has, without those that only say what to write instead."""
    return [x for x in object.__dir__(self) if not isinstance(inspect.getattr_static(self, x, None), Elsewhere)]


def missing_name(module: ModuleType, name: str) -> AttributeError:
    """Return the error of a module that is asked for a name it does not have."""
    here = ATTRIBUTES[module.__name__].get(name)
    message = f"module {module.__name__!r} has no attribute {name!r}" + (f": {here}" if here else "")
    return AttributeError(message, name=name, obj=module)


class ModulesElsewhere:
    """The last place where an import looks: ``import autograd.numpy`` and ``from nn import Linear`` are answered."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Raise ModuleNotFoundError for a module that is another name here."""
        package, _, module = name.rpartition(".")
        if here := ATTRIBUTES.get(package, {}).get(module):
            raise ModuleNotFoundError(f"{package} has no {module}: {here}")


def unknown_argument(function: str, name: str, accepted: Iterable[str]) -> TypeError:
    """Return the error of a function that is given an argument it does not have."""
    here = f" ({ARGUMENTS[name]})" if name in ARGUMENTS else ""
    return TypeError(f"{function}: got an argument {name}={here}; accepted: {', '.join(accepted) or 'no arguments'}")


def explains_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function`, which says of an argument that it does not have what that is called here."""
    accepted = [name for name in inspect.signature(function).parameters if name != "self"]
    first, _, last = function.__qualname__.rpartition(".")
    called = first if last == "__init__" else last

    @functools.wraps(function)
    def checked(*args: P.args, **named: P.kwargs) -> R:
        for name in named:
            if name not in accepted:
                raise unknown_argument(called, name, accepted)
        return function(*args, **named)

    return checked


def _operands(node: Value) -> set[Value]:
    return set(node.inputs)


def _sign(node: Value) -> str:
    return "" if node.op is None else node.op.written


def _hand_back(node: Value) -> Callable[[], None]:
    return node.hand_back


def _refuse(node: Value, _given: object) -> NoReturn:
    raise AttributeError(f"{type(node).__name__}: _prev, _op and _backward are not set: {NODES_BY_OPERATIONS}")


class NamesOfMicrograd:
    """The names by which micrograd's own code, and that of its lecture, draws, traces and steps through a graph."""

    __slots__ = ()

    _prev = property(_operands, _refuse, doc="The operands, as a set; `inputs` has them in their order.")
    _op = property(_sign, _refuse, doc="The operation as Python writes it, such as + or tanh; '' for a leaf.")
    _backward = property(_hand_back, _refuse, doc="`hand_back`, by micrograd's name.")
