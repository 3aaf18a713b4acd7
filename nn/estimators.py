"""Networks as scikit-learn estimators, for its pipelines, cross-validation and searches.

scikit-learn is an extra: ``pip install 'chainrule[sklearn]'``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin  # type: ignore[import-untyped]
    from sklearn.utils.multiclass import check_classification_targets, type_of_target  # type: ignore[import-untyped]
    from sklearn.utils.validation import (  # type: ignore[import-untyped]
        _check_sample_weight,
        check_is_fitted,
        column_or_1d,
        validate_data,
    )
except ImportError:
    raise ModuleNotFoundError("scikit-learn is not installed: pip install 'chainrule[sklearn]'") from None

from autograd.names_elsewhere import explains_arguments, explains_names
from nn.layers import MLP, SOFTMAX, check_model
from nn.losses import Loss, binary_cross_entropy_on_logits, cross_entropy, squared_error
from nn.optim import Adam
from nn.residuals import outputs
from nn.train import fit


@explains_names("estimator")
class _Network(BaseEstimator):  # type: ignore[misc]
    """What the estimators share: their settings, and the training of ``model_``."""

    @explains_arguments
    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str | Sequence[str | None] | None = "tanh",
        epochs: int = 50,
        batch_size: int = 16,
        learning_rate: float = 0.01,
        decay_rate: float = 0.0,
        seed: int = 0,
        early_stopping: bool = False,
        patience: int = 10,
        validation_fraction: float = 0.1,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.seed = seed
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction

    def _start(self, n_in: int, n_out: int, output: str | None) -> None:
        """Make a network that has learned nothing, and the optimizer that is to move it."""
        if not isinstance(self.hidden, Iterable):
            raise ValueError(f"hidden: got {self.hidden!r}; accepted: units of each hidden layer, such as (16,)")
        self.model_ = MLP(n_in, [*self.hidden, n_out], self.activation, output, self.seed)
        self.optimizer_ = Adam(self.model_.parameters(), learning_rate=self.learning_rate)
        self.loss_curve_: list[float] = []

    def _train(self, X: Any, targets: Any, loss: Loss, sample_weight: Any, epochs: int, stopping: bool) -> None:
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        history = fit(
            self.model_,
            (X, targets),
            loss,
            self.optimizer_,
            epochs=epochs,
            batch_size=self.batch_size,
            decay_rate=self.decay_rate,
            validation=self.validation_fraction if stopping else 0.0,
            patience=self.patience if stopping else None,
            sample_weight=sample_weight,
            seed=self.seed + len(self.loss_curve_),
            progress=False,
        )
        self.history_ = history
        self.loss_curve_ += history.cost

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        samples = validate_data(self, X, reset=False, dtype=np.float64)
        return np.array(outputs(self.model_, samples.tolist()))


class NetworkClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A network of Values that learns classes: softmax outputs, cross-entropy, Adam.

    Of samples that may be of several classes, a row of 0 and 1 each, it learns every class by a sigmoid of its own.

    hidden               units of each hidden layer
    activation           f of the hidden layers, or one for each
    epochs               passes over the samples
    batch_size           samples for each step
    learning_rate        α
    decay_rate           λ
    seed                 determines the initial weights and the order of the samples
    early_stopping       whether to hold out samples, and to keep the parameters of the epoch that was best on them
    patience             epochs without a lower cost of these, after which it ends
    validation_fraction  the fraction of the samples to hold out

    After `fit`, ``model_`` is the `MLP`, ``history_`` what `nn.fit` returned, ``loss_curve_`` the cost of each epoch.
    ``classes_`` are the labels in the order of its outputs.

    A sample of weight 2 counts as two, in the mean of the batch that it is in; two such samples may be in two batches.
    So scikit-learn's check that weights are repetitions passes where `batch_size` takes in all samples. For smaller
    ones, its ``expected_failed_checks={"check_sample_weight_equivalence_on_dense_data": "batches"}`` say so.

    >>> X, y = [[0.0], [0.2], [0.8], [1.0]], ["low", "low", "high", "high"]
    >>> NetworkClassifier(hidden=(), epochs=200, learning_rate=0.1).fit(X, y).predict([[0.1], [0.9]])
    array(['low', 'high'], dtype='<U4')
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NetworkClassifier:
        """Return this estimator, with ``model_`` trained on samples X (rows) of classes y, which may have weights.

        Raises ValueError for fewer than two classes and for what scikit-learn does not take as samples.
        """
        X, y = self._checked(X, y, reset=True)
        self._begin(X, y, None)
        self._train(X, self._targets(y), self._loss(), sample_weight, self.epochs, self.early_stopping)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> NetworkClassifier:
        """Return this estimator after one more epoch, over these samples; `classes` are all that will come, at first.

        Raises ValueError for a class that was not among the first.
        """
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=first)
        if first:
            self._begin(X, y, classes)
        self._train(X, self._targets(y), self._loss(), sample_weight, 1, stopping=False)
        return self

    def trained(self, model: MLP, classes: Sequence[Any]) -> NetworkClassifier:
        """Return this estimator with a network that was trained elsewhere, and the labels of its outputs."""
        self.model_, self.classes_, self.n_features_in_, self._several = model, np.array(classes), model.sizes[0], False
        self.optimizer_, self.loss_curve_ = Adam(model.parameters(), learning_rate=self.learning_rate), []
        return self

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, reset=reset)
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _begin(self, X: Any, y: Any, classes: Any) -> None:
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind not in ("binary", "multiclass", "multilabel-indicator"):
            raise ValueError(f"Unknown label type: {kind}; accepted: a class for each sample, or a row of 0 and 1")
        several = kind == "multilabel-indicator"
        self.classes_ = np.arange(y.shape[1]) if several else np.unique(y if classes is None else classes)
        if len(self.classes_) < 2 and not several:
            raise ValueError(f"NetworkClassifier: got one class, {self.classes_.tolist()}; accepted: two or more")
        self._several = several
        self._start(X.shape[1], len(self.classes_), None if several else SOFTMAX)

    def _targets(self, y: Any) -> Any:
        if self._several:
            return np.asarray(y, dtype=float)
        numbers = np.searchsorted(self.classes_, np.ravel(y)).clip(max=len(self.classes_) - 1)
        if (unknown := self.classes_[numbers] != np.ravel(y)).any():
            new = np.unique(np.ravel(y)[unknown]).tolist()
            raise ValueError(f"NetworkClassifier: got the classes {new}; accepted: those of the first call")
        return np.eye(len(self.classes_))[numbers]

    def _loss(self) -> Loss:
        return binary_cross_entropy_on_logits if self._several else cross_entropy

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, an array of samples × classes, in the order of ``classes_``.

        Raises scikit-learn's NotFittedError before `fit`, ValueError for another number of features.
        """
        found = self._outputs(X)
        if self._several:
            return 0.5 * (1.0 + np.tanh(0.5 * found))  # σ(z)
        return np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each sample; of several, a row with 1 for those more probable than not."""
        found = self.predict_proba(X)
        return (found > 0.5).astype(int) if self._several else self.classes_[found.argmax(axis=1)]


class NetworkRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A network of Values that learns numbers: outputs without an activation, half the squared error, Adam.

    hidden               units of each hidden layer
    activation           f of the hidden layers, or one for each
    epochs               passes over the samples
    batch_size           samples for each step
    learning_rate        α
    decay_rate           λ
    seed                 determines the initial weights and the order of the samples
    early_stopping       whether to hold out samples, and to keep the parameters of the epoch that was best on them
    patience             epochs without a lower cost of these, after which it ends
    validation_fraction  the fraction of the samples to hold out

    After `fit`, ``model_`` is the `MLP`, ``history_`` what `nn.fit` returned, ``loss_curve_`` the cost of each epoch.
    Weights of samples are as `NetworkClassifier` has them.

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]
    >>> line = NetworkRegressor(hidden=(), epochs=400, learning_rate=0.1).fit(X, y)
    >>> line.predict([[10.0]]).round(2).tolist()
    [21.0]
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NetworkRegressor:
        """Return this estimator, with ``model_`` trained on samples X (rows) and numbers y, which may have weights.

        Raises ValueError for what scikit-learn does not take as samples.
        """
        X, targets = self._checked(X, y, first=True)
        self._train(X, targets, squared_error, sample_weight, self.epochs, self.early_stopping)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> NetworkRegressor:
        """Return this estimator after one more epoch, over these samples."""
        X, targets = self._checked(X, y, first=not hasattr(self, "model_"))
        self._train(X, targets, squared_error, sample_weight, 1, stopping=False)
        return self

    def _checked(self, X: Any, y: Any, first: bool) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, reset=first)
        targets = np.asarray(y, dtype=float)
        targets = targets[:, None] if targets.ndim == 1 else targets
        if first:
            self._flat = np.ndim(y) == 1
            self._start(X.shape[1], targets.shape[1], None)
        return X, targets

    def predict(self, X: Any) -> Any:
        """Return the numbers of each sample, a row each where y had rows.

        Raises scikit-learn's NotFittedError before `fit`, ValueError for another number of features.
        """
        found = self._outputs(X)
        return found[:, 0] if self._flat else found


def to_sklearn(model: MLP, classes: Sequence[Any]) -> NetworkClassifier:
    """Return an estimator that predicts with `model`, trained already: scorers, curves and pipelines take it.

    `classes` are the labels in the order of the outputs, which are softmax's, or one sigmoid's for two classes.
    Cloned, as cross-validation does, it is an untrained network with the same hidden layers.

    Raises ValueError for a model whose outputs are not probabilities and for another number of classes.

    >>> to_sklearn(MLP(2, [3, 1], output="sigmoid"), ["no", "yes"]).predict_proba([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """
    check_model(model)
    _, *hidden, last = model.sizes
    if model.output != SOFTMAX and (model.output, last) != ("sigmoid", 1):
        raise ValueError(
            f"to_sklearn: got {last} outputs with activation {model.output!r}; accepted: softmax, or sigmoid of one"
        )
    expected = 2 if last == 1 else last
    if len(classes) != expected:
        raise ValueError(f"to_sklearn: got {len(classes)} classes; accepted: {expected}")
    activations = [layer.activation for layer in model.layers[:-1]]
    activation = activations if len(set(activations)) > 1 else model.activation
    estimator = NetworkClassifier(hidden=tuple(hidden), activation=activation)
    return estimator.trained(model, classes)
