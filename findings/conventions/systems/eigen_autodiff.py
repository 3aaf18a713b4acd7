"""Eigen's AutoDiffScalar."""
# apt: libeigen3-dev

import cpp

PREAMBLE = """
#include <eigen3/Eigen/Dense>
#include <eigen3/unsupported/Eigen/AutoDiff>
typedef Eigen::AutoDiffScalar<Eigen::VectorXd> One;
typedef Eigen::AutoDiffScalar<Eigen::Matrix<One, 1, 1>> Two;
template <class F, class T, size_t... I> T call(F f, vector<T>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F> One run(F f, vector<double> at) {
  vector<One> x;
  for (size_t i = 0; i < at.size(); ++i) x.push_back(One(at[i], at.size(), i));
  if constexpr (std::is_invocable_v<F, One>) return call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, One, One>) return call(f, x, std::make_index_sequence<2>());
  else return call(f, x, std::make_index_sequence<3>());
}
template <class F> double value(F f, vector<double> at) { return run(f, at).value(); }
template <class F> vector<double> gradient(F f, vector<double> at) {
  auto g = run(f, at).derivatives();
  vector<double> found(at.size());
  for (int i = 0; i < g.size(); ++i) found[i] = g[i];
  return found;
}
"""
TEMPLATES = cpp.language({"maximum": "max({0}, {1})", "abs": "abs({0})"})
LANGUAGE = cpp.Language({name: code for name, code in TEMPLATES.templates.items() if name != "pow"}, cpp.number)
KINDS = ("value", "gradient")


def batch(jobs):
    return cpp.run(PREAMBLE, jobs, [])
