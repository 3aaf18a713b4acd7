"""Ceres's Jet."""
# apt: libceres-dev libeigen3-dev libgoogle-glog-dev libgflags-dev

import cpp

PREAMBLE = """
#include <limits>
#include <ceres/jet.h>
using ceres::Jet;
template <class F, class T, size_t... I> T call(F f, T* x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F, class T> constexpr int arity() {
  return std::is_invocable_v<F, T> ? 1 : std::is_invocable_v<F, T, T> ? 2 : 3;
}
template <class F> vector<double> run(F f, vector<double> at) {
  typedef Jet<double, 3> T;
  T x[3];
  for (size_t i = 0; i < at.size(); ++i) x[i] = T(at[i], i);
  T y = call(f, x, std::make_index_sequence<arity<F, T>()>());
  vector<double> found{y.a};
  for (size_t i = 0; i < at.size(); ++i) found.push_back(y.v[i]);
  return found;
}
template <class F> double value(F f, vector<double> at) { return run(f, at)[0]; }
template <class F> vector<double> gradient(F f, vector<double> at) {
  auto found = run(f, at);
  return vector<double>(found.begin() + 1, found.end());
}
"""
LANGUAGE = cpp.language(
    {
        "maximum": "fmax({0}, {1})",
        "hypot": "hypot({0}, {1})",
        "floor": "floor({0})",
        "expm1": "expm1({0})",
        "abs": "abs({0})",
    }
)
KINDS = ("value", "gradient")


def batch(jobs):
    return cpp.run(PREAMBLE, jobs, ["-Iusr/include/eigen3"])
