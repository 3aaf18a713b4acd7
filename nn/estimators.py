"""Networks as scikit-learn estimators, for its pipelines, cross-validation and searches.

scikit-learn is an extra: ``pip install 'chainrule[sklearn]'``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin  # type: ignore[import-untyped]
    from sklearn.utils.multiclass import check_classification_targets  # type: ignore[import-untyped]
    from sklearn.utils.validation import check_array, check_is_fitted, check_X_y  # type: ignore[import-untyped]
except ImportError:
    raise ModuleNotFoundError("scikit-learn is not installed: pip install 'chainrule[sklearn]'") from None

from autograd.names_elsewhere import explains_arguments, explains_names
from nn.layers import MLP, SOFTMAX, check_model
from nn.losses import cross_entropy
from nn.optim import Adam
from nn.residuals import outputs
from nn.train import fit


@explains_names("NetworkClassifier")
class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network of Values that learns classes: softmax outputs, cross-entropy, Adam.

    hidden         units of each hidden layer
    activation     f of the hidden layers
    epochs         passes over the samples
    batch_size     samples for each step
    learning_rate  α
    decay_rate     λ
    seed           determines the initial weights and the order of the samples

    After `fit`, ``model_`` is the `MLP` and ``classes_`` are the labels in the order of its outputs.

    >>> X, y = [[0.0], [0.2], [0.8], [1.0]], ["low", "low", "high", "high"]
    >>> NetworkClassifier(hidden=(), epochs=200, learning_rate=0.1).fit(X, y).predict([[0.1], [0.9]])
    array(['low', 'high'], dtype='<U4')
    """

    @explains_arguments
    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        activation: str | None = "tanh",
        epochs: int = 50,
        batch_size: int = 16,
        learning_rate: float = 0.01,
        decay_rate: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.seed = seed

    def fit(self, X: Any, y: Any) -> NetworkClassifier:
        """Return this estimator, with ``model_`` trained on samples X (rows) of classes y.

        Raises ValueError for fewer than two classes and for what scikit-learn does not take as samples.
        """
        X, y = check_X_y(X, y, dtype=np.float64)
        check_classification_targets(y)
        classes, numbers = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"NetworkClassifier: got one class, {classes.tolist()}; accepted: two or more")
        if not isinstance(self.hidden, Iterable):
            raise ValueError(f"hidden: got {self.hidden!r}; accepted: units of each hidden layer, such as (16,)")
        model = MLP(X.shape[1], [*self.hidden, len(classes)], self.activation, SOFTMAX, self.seed)
        targets = np.eye(len(classes))[numbers]
        fit(
            model,
            (X.tolist(), targets.tolist()),
            cross_entropy,
            Adam(model.parameters(), learning_rate=self.learning_rate),
            epochs=self.epochs,
            batch_size=self.batch_size,
            decay_rate=self.decay_rate,
            seed=self.seed,
            progress=False,
        )
        return self._fitted(model, classes)

    def _fitted(self, model: MLP, classes: Any) -> NetworkClassifier:
        self.model_, self.classes_, self.n_features_in_ = model, classes, model.sizes[0]
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, an array of samples × classes, in the order of ``classes_``.

        Raises scikit-learn's NotFittedError before `fit`, ValueError for another number of features.
        """
        check_is_fitted(self)
        samples = check_array(X, dtype=np.float64)
        if samples.shape[1] != self.n_features_in_:  # in the words that scikit-learn asks of its estimators
            raise ValueError(
                f"X has {samples.shape[1]} features, but NetworkClassifier is expecting {self.n_features_in_} features "
                "as input"
            )
        found = np.array(outputs(self.model_, samples.tolist()))
        return np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each sample."""
        numbers = self.predict_proba(X).argmax(axis=1)
        return self.classes_[numbers]


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
    return NetworkClassifier(hidden=tuple(hidden), activation=model.activation)._fitted(model, np.array(classes))
