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
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from nn import MLP
from nn.estimators import NetworkClassifier, NetworkRegressor, to_sklearn

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


FAST = {"hidden": (4,), "batch_size": 1000, "learning_rate": 0.1}  # all samples at once: weights repeat samples exactly


@pytest.mark.parametrize(
    "estimator", [NetworkClassifier(**FAST, epochs=60), NetworkRegressor(**FAST, epochs=120)], ids=repr
)
def test_scikit_learn_s_own_checks_of_an_estimator(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)  # of data in pandas' frames, which may not be there
        check_estimator(estimator)


def test_a_regressor_learns_numbers():
    points = np.linspace(-1.0, 1.0, 21)[:, None]
    network = NetworkRegressor(hidden=(), epochs=300, learning_rate=0.05)
    assert network.fit(points, 3.0 * points[:, 0] - 1.0).predict([[2.0]]) == pytest.approx([5.0], abs=1e-3)
    both = network.fit(points, np.hstack([points, -2.0 * points])).predict([[0.5]])
    assert both == pytest.approx(np.array([[0.5, -1.0]]), abs=1e-3)
    assert len(network.loss_curve_) == 300
    assert network.loss_curve_[-1] < network.loss_curve_[0]


def test_boosting_weighs_the_samples():
    network = NetworkClassifier(hidden=(), epochs=20, batch_size=150, learning_rate=0.1)
    boosted = AdaBoostClassifier(network, n_estimators=3, random_state=0).fit(X, NAMES)
    assert boosted.score(X, NAMES) > 0.8
    assert len(boosted.estimators_) > 1


def test_weights_of_0_leave_samples_out():
    one, other = (NetworkClassifier(**FAST, epochs=5) for _ in range(2))
    some = np.arange(len(X)) % 2
    one.fit(X, NAMES, sample_weight=some)
    other.fit(X[some == 1], NAMES[some == 1])
    assert one.predict_proba(X) == pytest.approx(other.predict_proba(X), rel=1e-9)


def test_several_classes_of_a_sample():
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    labels = points.astype(int)
    network = NetworkClassifier(hidden=(), epochs=200, learning_rate=0.3).fit(points, labels)
    assert network.predict(points).tolist() == labels.tolist()
    assert network.predict_proba(points).shape == (4, 2)


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_epoch_by_epoch(kind):
    network = kind(hidden=(3,), learning_rate=0.05)
    for epoch in range(3):
        network.partial_fit(X, Y)
        assert len(network.loss_curve_) == epoch + 1
    assert network.loss_curve_ == sorted(network.loss_curve_, reverse=True)
    assert network.optimizer_.parameters == network.model_.parameters()
    if kind is NetworkClassifier:
        with pytest.raises(ValueError, match=r"got the classes \[3\]; accepted: those of the first call"):
            network.partial_fit(X, np.full(len(X), 3))
        first = NetworkClassifier(hidden=()).partial_fit(X[:5], Y[:5], classes=[0, 1, 2])
        assert first.partial_fit(X, Y).classes_.tolist() == [0, 1, 2]


def test_early_stopping_keeps_the_best_epoch():
    network = NetworkRegressor(hidden=(3,), epochs=200, early_stopping=True, patience=2, learning_rate=0.3).fit(X, Y)
    held_out = network.history_.validation_cost
    assert len(held_out) < 200
    assert held_out[network.history_.best_epoch - 1] == min(held_out)
    assert network.history_.best_epoch == len(held_out) - 2
