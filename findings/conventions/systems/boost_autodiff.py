"""Boost autodiff."""
# apt: libboost1.81-dev

import cpp

PREAMBLE = """
#include <boost/math/differentiation/autodiff.hpp>
using boost::math::differentiation::make_fvar;
using boost::math::differentiation::autodiff_fvar;
typedef autodiff_fvar<double, 2> Number;
template <class F, size_t... I> Number call(F f, vector<Number>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F> Number run(F f, vector<double> at, size_t by) {
  vector<Number> x(at.begin(), at.end());
  x[by] = make_fvar<double, 2>(at[by]);
  if constexpr (std::is_invocable_v<F, Number>) return call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, Number, Number>) return call(f, x, std::make_index_sequence<2>());
  else return call(f, x, std::make_index_sequence<3>());
}
template <class F> double value(F f, vector<double> at) { return double(run(f, at, 0)); }
template <class F> vector<double> gradient(F f, vector<double> at) {
  vector<double> found;
  for (size_t i = 0; i < at.size(); ++i) found.push_back(run(f, at, i).derivative(1));
  return found;
}
template <class F> double second(F f, vector<double> at) { return run(f, at, 0).derivative(2); }
"""
LANGUAGE = cpp.language({"floor": "floor({0})", "mod": "fmod({0}, {1})"})
KINDS = ("value", "gradient", "second")


def batch(jobs):
    return cpp.run(PREAMBLE, jobs, [])
