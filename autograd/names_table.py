"""What names of micrograd, PyTorch, Keras, scikit-learn, JAX, TensorFlow, tinygrad, SymPy and HIPS autograd are here.

`TABLE` has, for each kind of object or module, names with the one answer to them; `ARGUMENTS` those of functions.
"""

from __future__ import annotations

NODES_BY_OPERATIONS = (
    "the nodes of a graph are made by operations, which know their derivatives. One of your own is "
    "`square = own_operation('square', lambda m, x: x * x, [lambda m, x, out: 2 * x])` of autograd.own_operations, and "
    "then `square(v)`; opaque_operation takes plain functions of numbers"
)
_DATA = "the number is v.data, as a float"
_ARRAY = "a Value is one number, without axes; arrays are lists of Values, or NumPy arrays of them"
_NEW_VALUE = "numbers are Values: Value(2.0); " + _ARRAY
_OWN_ATTRIBUTE = "a node takes no attributes but data, grad and label; keep others in a dict by node, {v: ...}"
_LEAF = "every Value has a gradient; what is to have none is a Constant, from autograd"
_PLACE = "there is one device, and one type: Python's 64-bit floats"
_TEXT = "numbers are Python's; a formula as text is parse('x**2', x=2.0) of autograd.expressions"
_REAL = "numbers are real here, without complex ones"
_ROUNDED = "write v.floor(), whose slope is 0, or round(v.data) for a plain number"
_FORGET = "del v.grad forgets a gradient; model.zero_grad() and optimizer.zero_grad() those of parameters"
_IN_PLACE = "operations make new nodes; the number of a leaf is set by v.data = 3.0"
_AT_ONCE = "numbers are computed at once, and stand in v.data"
_INPUTS = "the operands are v.inputs, in order; _prev is the set of them"
_NODES = (
    "write `from autograd import topological_order`: the nodes are topological_order(J), the operands of one v.inputs"
)
_LEAVES = "the leaves are [v for v in topological_order(J) if v.op is None], of autograd"
_TEST = "write math.isnan(v.data), and so on"
_OTHER_OPERATION = "OPERATIONS of autograd has those there are; others are composed of them, or made by own_operation"
_PICTURE = "write `draw(J).save('graph.svg')`, or .png, .pdf, .dot"
_DRAW = "write `from autograd import draw`, then draw(J)"
_EXPLAIN = "write `from autograd import explain`, then print(explain(J))"
_LATEX = "write explain(J).latex(), explain of autograd"
_BY_SYMPY = "write `from autograd.interop import to_sympy`, then to_sympy(J), an expression of SymPy"
_SERIES = "write `from autograd.approximation import taylor`, then taylor(f, x, change)"
_BACKWARD = "write J.backward(), then x.grad; as a graph, gradients(J, [x]) of autograd.transform"
_REMEMBERS = "every Value remembers: J.backward(), then x.grad"
_CONTROL = "loops and decisions are Python's own: for, while, if; or where(x > 0, a, b)"
_TREES = "inputs may stand in lists, tuples, dicts, dataclasses and arrays as they are: grad(f)({'a': 2.0})"
_VECTORIZE = "write `from autograd import vectorize`, then vectorize(f) or vectorize(J)"
_SAMPLES = "write `from autograd import vectorize`: vectorize(J, inputs=...) runs over samples"
_MODULE = (
    "a model is any class of yours that computes with Values; nn.MLP, nn.Layer and nn.Neuron have parameters() and "
    "zero_grad()"
)
_MLP = "write nn.MLP(n_in, [16, 16, 1], activation='relu')"
_LOSSES = "costs are functions: nn.squared_error, nn.cross_entropy, nn.binary_cross_entropy, and these on logits"
_OWN_LOSS = "costs are functions: nn.squared_error and others, or one of yours, such as lambda a, y: abs(a[0] - y[0])"
_NO_GRAD = "write `with no_grad():`, of autograd"
_NUMPY = "NumPy's own functions take arrays of Values: `import numpy as np`"
_JACOBIAN = "write `from autograd import jacobian`, then jacobian(f)(x)"
_HVP = "write `from autograd import hvp`, then hvp(f, x, direction)"
_OWN_OPERATION = "write `from autograd.own_operations import own_operation`, then own_operation(name, value, partials)"
_SEED = "nothing draws from a common generator: nn.MLP(..., seed=0), nn.fit(..., seed=0), nn.moons(seed=0)"
_NO_SUCH_LAYER = (
    "networks are of fully connected layers, nn.Layer; any other model computes with Values in plain Python"
)
_ACTIVATIONS = {
    "ReLU": "relu",
    "Tanh": "tanh",
    "LeakyReLU": "leaky_relu",
    "GELU": "gelu",
    "Softplus": "softplus",
    "ELU": "elu",
    "SiLU Swish": "silu",
    "Mish": "mish",
    "Softsign": "softsign",
    "Hardtanh": "hard_tanh",
}
_ACTIVATION = "activations are names: nn.MLP(2, [16, 1], activation='tanh'), those of OPERATIONS of autograd"
_NETWORKS = "networks stand in a package of their own: `import nn`"
_OPTIMIZERS = "optimizers are nn.SGD, nn.Adam and nn.AdamW"
_SCHEDULE = "write nn.fit(..., schedule=f), f a function of the step that returns the learning rate"
_CLIP = "between J.backward() and optimizer.step() the p.grad of model.parameters() are numbers to change"
_CALLBACK = "write nn.fit(..., callback=f), f a function of the history, called after each epoch"
_INITIAL = "first weights are drawn for the activation, from seed=; p.data = number sets others"
_ESTIMATOR = "write `from nn.estimators import NetworkClassifier`, which takes hidden=(16,), epochs and learning_rate"
_REGRESSOR = "write `from nn.estimators import NetworkRegressor`, which takes hidden=(16,), epochs and more"
_BY_SKLEARN = "scikit-learn's own takes an estimator: `from nn.estimators import NetworkClassifier`"
_SCORES = "scikit-learn's own takes nn.classify(model, data) and data.labels; nn.accuracy(model, data) is here"
_LINEAR_MODEL = "it is a network without hidden layers: nn.MLP(n_in, [1], output=None), or output='sigmoid' for a class"
_SAVE = "write nn.save_model(model, 'model.json'); a graph by save_graph of autograd.files"
_LOAD = "write nn.load_model('model.json'); a graph by load_graph of autograd.files"
_ONNX = "write `from nn.onnx_files import to_onnx`, then to_onnx(model, 'model.onnx')"
_SCALE = "write nn.standardized(data)"
_SPLIT = "write train, held_out = data.split(0.2), data a Dataset"
_TARGETS = "a Dataset has its classes as 0 and 1: data.targets(number of classes)"
_DATA_SETS = (
    "data are nn.load('iris'), nn.load('digits'), nn.load('mine.csv'), nn.moons(), nn.circles(), nn.spirals(), nn.xor()"
)
_WEIGHTS = "model.parameters() are all weights and biases, as Values; neuron.w and neuron.b those of a unit"
_UNIT_WEIGHTS = "the weights of a unit are neuron.w, those of a layer stand in layer.neurons"
_LAYERS = "layers stand in the list model.layers, units in layer.neurons"
_SIZES = "model.sizes are the sizes of all layers, that of the inputs first; len(layer.neurons) are the units of one"
_FIT = "write nn.fit(model, data, loss, optimizer)"
_OUTPUTS = "write nn.outputs(model, samples), or nn.classify(model, data)"
_ACCURACY = "write nn.accuracy(model, data) or nn.mean_loss(model, data, loss)"
_COST = "the mean cost of each epoch is history.cost, with a part held out history.validation_cost"
_STATISTICS = "a trained network has no such statistics; its outputs are nn.outputs(model, samples)"
_MODEL = "the network is estimator.model_: its layers have the weights, and what `fit` prints"
_CHECK = "write `from autograd import gradcheck`, then gradcheck(f, inputs)"
_TRANSFORMS = "write `from autograd import grad, jacobian, hessian, hvp, jvp, vjp`"
_STEP = "write J.backward(), optimizer.step(), optimizer.zero_grad()"

TABLE: dict[str, dict[str, str]] = {
    "Value": {
        "item numpy tolist value val evalf n": _DATA,
        "children _children prev parents parent operands args": _INPUTS,
        "grad_fn creator func": "the operation that made a node is v.op",
        "zero_grad zero_ null_grad": _FORGET,
        "requires_grad requires_grad_ trainable constant": _LEAF,
        "is_leaf": "a leaf has v.op None",
        "draw plot visualize": "write `from autograd import draw`, then draw(v)",
        "play": "write `from autograd import play`, then play(v)",
        "explain": "write `from autograd import explain`, then explain(v)",
        "gradient derivative deriv": "the derivative, after J.backward(), is v.grad",
        "diff": _BACKWARD,
        "detach_": "write v.detach(), which is a new node",
        "retain_grad register_hook": "every node keeps its gradient: v.grad",
        "clone copy": "a node need not be copied; copy.copy(v) is another one",
        "clamp": "write v.clip(least, greatest), or v.maximum(least), v.minimum(greatest) for one bound",
        "clamp_min": "write v.maximum(least)",
        "clamp_max": "write v.minimum(greatest)",
        "relu6": "write v.clip(0, 6)",
        "logsigmoid log_sigmoid": "write -(-v).softplus()",
        "fmod": "v.remainder(y), or v % y, has the sign of y",
        "round trunc int long": _ROUNDED,
        "rsqrt": "write 1 / v.sqrt()",
        "swish": "it is v.silu() here",
        "hardtanh": "it is v.hard_tanh() here",
        "sgn": "it is v.sign() here",
        "ln": "it is v.log() here",
        "selu celu hardswish hardsigmoid logit lgamma digamma gamma erfinv": _OTHER_OPERATION,
        "sum": "of a list of Values sum(values); " + _ARRAY,
        "mean": "of a list of Values sum(values) / len(values); " + _ARRAY,
        "softmax": "of a list of Values softmax(values), of autograd",
        "log_softmax": "of a list of Values each minus logsumexp(values), of autograd",
        "logsumexp": "of a list of Values logsumexp(values), of autograd",
        "norm": "of a list of Values norm(values), of autograd",
        "matmul dot mm": "of lists of Values dot(xs, ys), of autograd; " + _ARRAY,
        "shape size ndim dim get_shape numel nelement T": _ARRAY,
        "reshape view flatten squeeze unsqueeze permute transpose": _ARRAY,
        "max": "v.maximum(other) is the larger of two; " + _ARRAY,
        "min": "v.minimum(other) is the smaller of two; " + _ARRAY,
        "argmax argmin std var prod sort": _ARRAY,
        "isnan isinf isfinite": _TEST,
        "eq ne lt le gt ge": "comparisons are signs: v > 0",
        "assign assign_add assign_sub add_ sub_ mul_ div_ relu_ clamp_ copy_ fill_": _IN_PLACE,
        "realize schedule eval run compute": _AT_ONCE,
        "dtype": "it is Python's float, of 64 bits; a NumPy function that asks for it takes arrays of Values that "
        "autograd.numpy_arrays.as_array makes",
        "device to float double half type astype cpu cuda is_cuda": _PLACE,
        "name tag": "the name of a node is v.label",
        "color colour": _OWN_ATTRIBUTE,
        "free_symbols atoms leaves": _LEAVES,
        "nodes topo build_topo walk": _NODES,
        "simplify expand integrate solve doit": _BY_SYMPY,
        "series": _SERIES,
        "latex": _LATEX,
        "subs lambdify": "as a function of other numbers it is vectorize(J), of autograd",
        "cross_entropy mse_loss binary_crossentropy sparse_categorical_crossentropy": _LOSSES,
    },
    "Drawing": {
        "render format": _PICTURE,
        "view show": "a notebook shows the picture by itself; elsewhere " + _PICTURE,
        "source": "the DOT text is draw(J).dot",
        "node edge": "draw(J) is the whole picture; one of your own is drawn from topological_order(J) and v.inputs",
        "pipe": "the picture is draw(J).svg, as text; " + _PICTURE,
    },
    "optimizer": {
        "param_groups add_param_group": "the rate is optimizer.learning_rate, and what is moved optimizer.parameters",
        "defaults": "the rate is optimizer.learning_rate",
        "params": "they are optimizer.parameters",
        "lr": "it is learning_rate here",
        "minimize apply_gradients update": _STEP,
    },
    "network": {
        "train": "nn.fit(model, data) trains; there is no mode to switch",
        "eval": "there is no mode to switch: a network computes the same in training and afterwards",
        "fit compile partial_fit": _FIT,
        "optimizer loss metrics metrics_names": "they are not the model's: " + _FIT,
        "history loss_curve_": "nn.fit returns it, a History",
        "predict predict_proba predict_classes": _OUTPUTS,
        "evaluate": _ACCURACY,
        "score": "write nn.accuracy(model, data)",
        "summary": "print(model) is the summary, nn.draw_network(J) the picture of a cost",
        "draw plot visualize": "write nn.draw_network(model), or of a cost nn.draw_network(J)",
        "backward": "a cost goes backward: J = nn.squared_error(model(x), y); J.backward()",
        "step": "write optimizer.step(), or nn.fit, which does it",
        "named_parameters": "each parameter has its name: [(p.label, p) for p in model.parameters()]",
        "trainable_weights trainable_variables trainable_parameters variables weights get_weights": _WEIGHTS,
        "set_weights": "write p.data = number for p in model.parameters(), or nn.load_model",
        "apply": "write for p in model.parameters(): p.data = number",
        "count_params num_parameters": "write len(model.parameters())",
        "trainable requires_grad_ freeze": "what is trained is chosen by nn.fit(..., parameters=...)",
        "kernel coefs_ weight W": _UNIT_WEIGHTS,
        "intercepts_ bias biases": "the bias of a unit is neuron.b",
        "add append children modules named_children named_modules get_layer": _LAYERS,
        "register_forward_hook": "model.forward(x) has the z and a of every layer",
        "input_shape output_shape in_features out_features n_in n_out nin nout nouts units": _SIZES,
        "n_layers_ hidden_layer_sizes": _SIZES,
        "build": "weights are there when the network is made",
        "state_dict save save_weights to_json": "write nn.save_model(model, 'model.json')",
        "load_state_dict load_weights load": "write nn.load_model('model.json')",
        "export to_onnx": _ONNX,
        "to float double half cpu cuda device": _PLACE,
        "copy clone": "write copy.deepcopy(model)",
        "nonlin": "the activation of a unit is neuron.activation, None for none",
        "out_activation_": "the activation of the last layer is model.output",
    },
    "History": {
        "history loss losses val_loss loss_curve_ train_loss test_loss": _COST,
        "accuracy": "nn.accuracy(model, data) is that of the model; with a part held out, history.validation_accuracy",
        "val_accuracy val_acc acc": "with a part held out it is history.validation_accuracy",
        "epoch": "write range(1, len(history.cost) + 1)",
        "epochs": "write len(history.cost)",
        "params": "the settings are the arguments of nn.fit",
        "summary": "print(history) is the summary, history.plot() the picture",
        "rsquared bse pvalues tvalues aic bic conf_int resid fittedvalues": _STATISTICS,
    },
    "Dataset": {
        "data X x": "the inputs are data.inputs",
        "target y Y": "the classes are data.labels, as numbers, and data.targets(), as 0 and 1",
        "feature_names columns": "the names of the inputs are data.features",
        "target_names class_names": "the names of the classes are data.classes",
        "shape": "write data.inputs.shape",
        "batch shuffle repeat prefetch": "nn.fit(model, data, batch_size=16) shuffles and makes batches",
        "train_test_split": _SPLIT,
        "describe info head DESCR": "print(data) shows the first samples, the classes and the ranges",
    },
    "estimator": {
        "coefs_ coef_ intercepts_ intercept_ n_layers_ n_outputs_ out_activation_": _MODEL,
        "loss_ best_loss_": "the cost of each epoch is loss_curve_",
        "n_iter_": "write len(estimator.loss_curve_)",
        "validation_scores_ best_validation_score_": "with samples held out: estimator.history_.validation_cost",
        "predict_log_proba": "write np.log(estimator.predict_proba(X))",
    },
    "autograd": {
        "draw_dot plot visualize make_dot": _DRAW,
        "trace topological_sort toposort build_topo": _NODES,
        "tensor Tensor array ndarray zeros ones full eye arange linspace rand randn zeros_like ones_like": _NEW_VALUE,
        "from_numpy as_tensor asarray convert_to_tensor stack cat concat concatenate": _NEW_VALUE,
        "Variable Parameter Var Scalar": "numbers are Values: Value(2.0)",
        "symbols Symbol": "variables are leaves with a name: Value(2.0, label='x')",
        "constant": "write Constant(2.0), of autograd; plain numbers in formulas are constants by themselves",
        "Rational Integer Float sympify": _TEXT,
        "Matrix": "a matrix is a list of lists of Values, or a NumPy array of them",
        "sum reduce_sum": "write sum(values), Python's own",
        "mean reduce_mean": "write sum(values) / len(values)",
        "prod": "write math.prod(values)",
        "max min amax amin": "of two Values maximum or minimum, of autograd; max(values), Python's own, is one of them",
        "Max": "it is maximum here",
        "Min": "it is minimum here",
        "Abs": "it is abs here",
        "Piecewise Heaviside heaviside": "write where(x > 0, 1.0, 0.0), of autograd",
        "clamp hardtanh": "write clip(x, least, greatest), of autograd",
        "rsqrt": "write 1 / sqrt(x)",
        "swish": "it is silu here",
        "log_softmax": "write x - logsumexp(xs) for each x of xs, of autograd",
        "std var median matmul mm einsum tensordot linalg outer cumsum": _NUMPY,
        "isnan isinf isfinite": _TEST,
        "selu celu relu6 hardswish hardsigmoid gamma lgamma digamma beta zeta erfinv special": _OTHER_OPERATION,
        "math": "the operations stand in autograd: `from autograd import sin`",
        "pi": "write math.pi",
        "E e": "write math.e",
        "oo inf": "write math.inf",
        "backward": "write J.backward()",
        "gradients gradient diff Derivative": _BACKWARD,
        "deriv derivative": "write `from autograd import grad`",
        "grad_and_value value_and_gradient": "it is value_and_grad here",
        "multigrad multigrad_dict grad_named": "write grad(f, argnums=(0, 1)), of autograd",
        "own_operation opaque_operation": _OWN_OPERATION,
        "Function primitive defvjp defjvp custom_vjp custom_jvp custom_gradient extend": _OWN_OPERATION,
        "enable_grad": "recording goes on after `with no_grad():`, of autograd",
        "inference_mode set_grad_enabled is_grad_enabled": _NO_GRAD,
        "manual_seed seed random PRNGKey": _SEED,
        "GradientTape Tape tape watch": _REMEMBERS,
        "assign": _IN_PLACE,
        "Session placeholder device_get block_until_ready disable_jit config": _AT_ONCE,
        "jit compile function": _VECTORIZE,
        "lambdify": _VECTORIZE,
        "vmap pmap": _SAMPLES,
        "jacfwd jacrev jac": _JACOBIAN,
        "hess": "it is hessian here",
        "linearize": "write `from autograd import jvp`, or total_differential of autograd.approximation",
        "make_jaxpr": "print(explain(J)) has the steps of a graph, print(vectorize(J)) its array program",
        "checkpoint remat": "a graph stays in memory; vectorize(J) keeps arrays only",
        "elementwise_grad egrad": "write [grad(f)(x) for x in xs]",
        "holomorphic_grad real imag conj": _REAL,
        "make_vjp": "write `from autograd import vjp`, then vjp(f, x, direction)",
        "make_jvp": "write `from autograd import jvp`, then jvp(f, x, direction)",
        "make_hvp hessian_vector_product hessian_tensor_product": _HVP,
        "functional differential_operators func": _TRANSFORMS,
        "check_grads test_util numerical_gradient approx_fprime check_grad": _CHECK,
        "set_detect_anomaly detect_anomaly debug": "why_nan(J), of autograd.explain, says what made a nan",
        "tree_map tree_util tree tree_leaves": _TREES,
        "lax scan fori_loop while_loop cond switch": _CONTROL,
        "identity": "leave it out: a node is the node itself",
        "cast float32 float64 float16 int32 dtype device device_put cuda": _PLACE,
        "simplify expand factor solve nsolve integrate limit": _BY_SYMPY,
        "series": _SERIES,
        "latex": _LATEX,
        "pprint print_graph srepr": _EXPLAIN,
        "numpy scipy": _NUMPY,
        "misc optim optimizers": _OPTIMIZERS,
        "save": _SAVE,
        "load": _LOAD,
        "nn keras layers": _NETWORKS,
        "MLP": "networks stand in a package of their own: `from nn import MLP`",
        "mse_loss cross_entropy": _LOSSES,
        "engine": "write `from autograd import Value`",
    },
    "nn": {
        "Module ModuleList ModuleDict ParameterList": _MODULE,
        "Linear": "write nn.Layer(n_in, n_out, activation=None)",
        "Dense": "write nn.Layer(n_in, n_out, activation)",
        "Sequential": "write nn.MLP(n_in, [16, 16, 1], activation='relu'), which has its layers in model.layers",
        **{
            name: f"activations are names: nn.MLP(2, [16, 1], activation={here!r})"
            for name, here in _ACTIVATIONS.items()
        },
        "Sigmoid": "activations are names: nn.MLP(2, [16, 1], output='sigmoid')",
        "Softmax": "activations are names: nn.MLP(2, [16, 3], output='softmax')",
        "SELU PReLU Hardsigmoid": _ACTIVATION,
        "Activation activations": "an activation is an argument: nn.Layer(n_in, n_out, activation='tanh')",
        "Identity": "a layer without activation is nn.Layer(n_in, n_out, activation=None)",
        "LogSoftmax": "leave the last layer without activation, and take nn.cross_entropy_on_logits",
        "Parameter Variable": "parameters are Values",
        "Value Tensor": "write `from autograd import Value`",
        "MSELoss CrossEntropyLoss BCELoss BCEWithLogitsLoss NLLLoss mse_loss nll_loss l1_loss": _LOSSES,
        "MeanSquaredError mean_squared_error mse MSE BinaryCrossentropy CategoricalCrossentropy": _LOSSES,
        "SparseCategoricalCrossentropy binary_crossentropy categorical_crossentropy log_loss": _LOSSES,
        "HuberLoss SmoothL1Loss Huber": "write nn.huber",
        "L1Loss KLDivLoss MeanAbsoluteError CosineSimilarity HingeEmbeddingLoss TripletMarginLoss": _OWN_LOSS,
        "Optimizer": "write nn.SGD(model.parameters()) or nn.Adam(model.parameters())",
        "RMSprop Adagrad Adadelta Adamax Nadam NAdam RAdam LBFGS LAMB Lion Muon Momentum optimizers": _OPTIMIZERS,
        "lr_scheduler StepLR CosineAnnealingLR ExponentialLR LearningRateScheduler ReduceLROnPlateau": _SCHEDULE,
        "utils clip_grad_norm_ clip_grad_value_": _CLIP,
        "functional F": "activations stand in autograd, costs in nn",
        "relu": "activations of Values stand in autograd: `from autograd import relu`",
        "tanh": "activations of Values stand in autograd: `from autograd import tanh`",
        "sigmoid": "activations of Values stand in autograd: `from autograd import sigmoid`",
        "gelu silu elu leaky_relu softplus": "activations of Values stand in autograd: `from autograd import gelu`",
        "grad value_and_grad": "write `from autograd import grad, value_and_grad`",
        "no_grad": "write `from autograd import no_grad`",
        "BatchNorm1d BatchNorm2d BatchNormalization LayerNorm LayerNormalization GroupNorm": _NO_SUCH_LAYER,
        "Dropout Conv1d Conv2d Conv1D Conv2D MaxPool1d MaxPool2d MaxPooling2D AvgPool2d": _NO_SUCH_LAYER,
        "ConvTranspose2d AveragePooling2D GlobalAveragePooling1D AdaptiveAvgPool2d Embedding": _NO_SUCH_LAYER,
        "Flatten Reshape LSTM GRU RNN SimpleRNN Bidirectional Transformer TransformerEncoderLayer": _NO_SUCH_LAYER,
        "MultiheadAttention MultiHeadAttention Attention Bilinear Concatenate": _NO_SUCH_LAYER,
        "Input InputLayer": "the first size is that of the inputs: nn.MLP(2, [16, 1]) has two",
        "Model models Network NeuralNetwork": _MLP,
        "init initializers": _INITIAL,
        "regularizers": "decay is a part of the cost: nn.fit(..., decay_rate=) or nn.decay(model, rate)",
        "DataLoader TensorDataset": "nn.fit(model, (inputs, targets), batch_size=16) shuffles and makes batches",
        "Trainer train_model": _FIT,
        "callbacks Callback TensorBoard": _CALLBACK,
        "EarlyStopping": "write nn.fit(..., validation=0.2, patience=10)",
        "ModelCheckpoint": "write nn.fit(..., checkpoint='training.json')",
        "metrics evaluate": _ACCURACY,
        "save": _SAVE,
        "predict": _OUTPUTS,
        "state get_parameters": _WEIGHTS,
        "summary": "print(model) is the summary",
        "plot_history": "write history.plot(), history what nn.fit returns",
        "plot_model": "write nn.draw_network(J), J a cost of the model's outputs",
        "to_onnx export": _ONNX,
        "to_torch from_torch": "write `from nn.interop import to_torch, from_torch`",
        "MLPClassifier NetworkClassifier": _ESTIMATOR,
        "MLPRegressor NetworkRegressor": _REGRESSOR,
        "Pipeline make_pipeline cross_val_score KFold GridSearchCV": _BY_SKLEARN,
        "confusion_matrix classification_report f1_score precision_score recall_score roc_auc_score": _SCORES,
        "LinearRegression LogisticRegression Ridge Perceptron OLS Logit GLM": _LINEAR_MODEL,
        "add_constant": "every unit has a bias, unless bias=False",
        "load_iris": "write nn.load('iris')",
        "load_digits": "write nn.load('digits')",
        "load_wine load_breast_cancer load_diabetes fetch_openml mnist MNIST": _DATA_SETS,
        "make_blobs make_classification make_regression": _DATA_SETS,
        "make_moons": "write nn.moons()",
        "make_circles": "write nn.circles()",
        "train_test_split random_split": _SPLIT,
        "to_categorical one_hot OneHotEncoder LabelEncoder LabelBinarizer": _TARGETS,
        "StandardScaler MinMaxScaler Normalization normalize": _SCALE,
        "accuracy_score": "write nn.accuracy(model, data)",
        "draw_dot": "write `from autograd import draw`, then draw(root); nn.draw_network(J) draws units",
        "seed manual_seed": _SEED,
    },
}

OPERATORS: dict[str, dict[str, str]] = {
    "Value": {
        "@": "write x * y, or dot(xs, ys) of lists of Values; " + _ARRAY,
        "//": "write (x / y).floor(), whose slope is 0",
        "[...]": "a model of one output gives one Value, no list: leave [0] off; " + _ARRAY,
        "np.rint": _ROUNDED,
    },
    "network": {"[...]": "layers stand in the list model.layers, units in layer.neurons, weights in neuron.w"},
    "History": {"[...]": _COST},
    "Dataset": {"[...]": "a part of the samples is data.split(0.2); the numbers are data.inputs and data.labels"},
}

ARGUMENTS: dict[str, str] = {
    "_children _op _prev children op": NODES_BY_OPERATIONS,
    "requires_grad": _LEAF,
    "dtype device": _PLACE,
    "name": "the name of a node is label=",
    "retain_graph": "a graph stays as long as a node of it is used, so leave the argument out",
    "create_graph": "derivatives of derivatives are those of autograd.transform: grad(grad(f))",
    "gradient": "backward starts at 1; for another number write (number * J).backward()",
    "nonlin": "nonlin=False is activation=None here, and nonlin=True activation='relu', as is without it",
    "nonlinearity act activation_fn hidden_activation": "it is activation= here",
    "output_activation out_activation": "it is output= here",
    "nin in_features input_dim input_size n_inputs": "it is n_in= here",
    "nout out_features": "it is n_out= here, of a layer",
    "nouts": "it is sizes= here",
    "units": "it is n_out= here, of a layer; sizes= of an MLP",
    "lr rate learning_rate_init eta step_size": "it is learning_rate= here",
    "params": "it is parameters= here",
    "betas": "they are beta1= and beta2= here",
    "eps": "of an optimizer it is epsilon= here; gradcheck finds its steps by itself",
    "atol rtol raise_exception": "gradcheck has tolerance=, relative to the size of each number",
    "allow_unused unconnected_gradients materialize_grads": "the derivative by what is not used is 0",
    "weight_decay": "decay is a part of the cost: nn.fit(..., decay_rate=) or nn.decay(model, rate)",
    "optim": "it is optimizer= here",
    "criterion loss_fn objective": "it is loss= here",
    "n_epochs num_epochs max_iter n_iter nb_epoch": "it is epochs= here",
    "validation_split": "it is validation= here",
    "verbose": "it is progress= here",
    "batch": "it is batch_size= here",
    "random_state random_seed rng key": "it is seed= here",
    "alpha": "the learning rate α is learning_rate= here, a weight decay decay_rate=",
    "l2": "it is decay_rate= here",
    "hidden_layer_sizes": "it is hidden= here",
    "hidden_sizes layers hidden_units hidden_dim": "it is sizes= here, with the number of outputs at its end",
    "n_out n_classes num_classes output_dim": "the last of sizes= is the number of outputs",
    "validation_data": "validation=0.2 holds that part of the samples out; of others nn.accuracy(model, data)",
    "test_size": "write data.split(0.2)",
    "metrics": "nn.accuracy(model, data) is that of a model; validation=0.2 has it after each epoch",
    "callbacks": "it is callback= here, one function of the history, called after each epoch",
    "scheduler lr_scheduler": "it is schedule= here, a function of the step that returns the learning rate",
    "early_stopping tol n_iter_no_change": "it is patience= here, epochs without a better one",
    "class_weight": "it is sample_weight= here, a number for each sample",
    "steps_per_epoch": "an epoch is all samples once, in batches of batch_size=",
    "shuffle": "the order of the samples is drawn from seed=; leave the argument out",
    "n_samples": "it is samples= here",
    "argnum": "it is argnums= here",
    "static_argnums static_argnames": "leave it out: what is given by name, f(x, steps=3), is handed on as it is",
    "donate_argnums in_axes out_axes": "leave it out: arguments by position are numbers and arrays",
    "input_signature jit_compile autograph fullgraph dynamic mode": 'leave it out: the backend is "numpy" or "native"',
    "use_bias fit_intercept": "it is bias= here",
    "kernel_initializer": "first weights are drawn for the activation, from seed=",
    "dropout": _NO_SUCH_LAYER,
    "nesterov dampening": "SGD has momentum=",
    "amsgrad": "Adam is that of Kingma and Ba; leave the argument out",
    "set_to_none": "gradients are always forgotten; leave the argument out",
    "min": "it is least= here",
    "max": "it is greatest= here",
    "derivatives": "they are partials= here",
    "derivative": "it is partials= here, a list",
    "forward": "it is value= here",
    "backward": "the derivatives are partials= here, one for each input",
    "maximize": "the cost is made smaller; for a larger one take its negative",
    "solver": "the estimators train by Adam",
    "warm_start": "partial_fit goes on from where a network stands",
    "format": "the ending of the name tells it: draw(J).save('graph.svg')",
    "rankdir": "a graph is drawn from left to right",
}
