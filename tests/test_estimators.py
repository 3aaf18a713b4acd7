"""A network among scikit-learn's estimators."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from nn import MLP
from nn.estimators import NetworkClassifier, to_sklearn

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]


def test_cross_validation_in_a_pipeline_reaches_what_a_network_does():
    network = make_pipeline(StandardScaler(), NetworkClassifier(hidden=(4,), epochs=30, learning_rate=0.03))
    assert cross_val_score(network, X, NAMES, cv=3).mean() > 0.9


def test_a_search_over_its_settings():
    points = np.array([[0.0, 0.1], [0.2, 0.0], [0.9, 1.0], [1.0, 0.8], [0.1, 0.2], [0.8, 0.9]])
    search = GridSearchCV(NetworkClassifier(hidden=(), epochs=60), {"learning_rate": [1e-6, 0.1]}, cv=2)
    search.fit(points, ["a", "a", "b", "b", "a", "b"])
    assert search.best_params_ == {"learning_rate": 0.1}
    assert search.predict(points).tolist() == ["a", "a", "b", "b", "a", "b"]


def test_a_clone_is_untrained_and_a_fit_is_the_same_again():
    network = NetworkClassifier(hidden=(3,), epochs=2, seed=7).fit(X, NAMES)
    again = clone(network)
    assert again.get_params() == network.get_params()
    assert not hasattr(again, "model_")
    assert again.fit(X, NAMES).predict_proba(X).tolist() == network.predict_proba(X).tolist()
    assert pickle.loads(pickle.dumps(network)).predict_proba(X).tolist() == network.predict_proba(X).tolist()
    assert network.predict_proba(X).sum(axis=1) == pytest.approx(np.ones(len(X)))
    assert network.score(X, NAMES) == (network.predict(X) == NAMES).mean()


def test_a_trained_model_predicts():
    model = MLP(2, [3, 1], output="sigmoid", seed=1)
    estimator = to_sklearn(model, ["no", "yes"])
    points = [[1.0, -2.0], [0.3, 0.4]]
    p = [model(x).data for x in points]
    assert estimator.predict_proba(points) == pytest.approx(np.array([[1 - a, a] for a in p]))
    assert estimator.predict(points).tolist() == ["yes" if a > 0.5 else "no" for a in p]
    assert clone(estimator).hidden == (3,)
    with pytest.raises(ValueError, match="got 1 classes; accepted: 2"):
        to_sklearn(model, ["no"])
    with pytest.raises(ValueError, match="got 1 outputs with activation None; accepted: softmax"):
        to_sklearn(MLP(2, [1]), ["no", "yes"])


def test_what_it_does_not_take():
    with pytest.raises(ValueError, match=r"got one class, \['a'\]"):
        NetworkClassifier().fit([[1.0], [2.0]], ["a", "a"])
    with pytest.raises(ValueError, match="NaN"):
        NetworkClassifier().fit([[1.0], [float("nan")]], ["a", "b"])
    with pytest.raises(ValueError, match="hidden: got 8; accepted: units of each hidden layer"):
        NetworkClassifier(hidden=8).fit(X, Y)
    with pytest.raises(ValueError, match="X has 1 features, but NetworkClassifier is expecting 4 features"):
        NetworkClassifier(hidden=(), epochs=1).fit(X, Y).predict([[1.0]])


def test_without_scikit_learn_the_extra_is_named():
    program = "import sys; sys.modules['sklearn'] = None; import nn.estimators"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'chainrule[sklearn]'" in done.stderr.splitlines()[-1]


def test_scikit_learn_s_own_checks_of_an_estimator():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)  # of data in pandas' frames, which may not be there
        check_estimator(NetworkClassifier(hidden=(8,), epochs=30, learning_rate=0.05))
