"""Sacado's DFad."""
# apt: libtrilinos-sacado-dev

import cpp

PREAMBLE = """
#define TRILINOS_NO_CONFIG_H
#include <Sacado_No_Kokkos.hpp>
typedef Sacado::Fad::DFad<double> One;
typedef Sacado::Fad::DFad<One> Two;
template <class F, class T, size_t... I> T call(F f, vector<T>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F> One run(F f, vector<double> at) {
  vector<One> x;
  for (size_t i = 0; i < at.size(); ++i) x.push_back(One(at.size(), i, at[i]));
  if constexpr (std::is_invocable_v<F, One>) return call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, One, One>) return call(f, x, std::make_index_sequence<2>());
  else return call(f, x, std::make_index_sequence<3>());
}
template <class F> double value(F f, vector<double> at) { return run(f, at).val(); }
template <class F> vector<double> gradient(F f, vector<double> at) {
  One out = run(f, at);
  vector<double> found(at.size());
  for (int i = 0; i < out.size(); ++i) found[i] = out.dx(i);
  return found;
}
template <class F> double second(F f, vector<double> at) {
  Two x(1, 0, One(1, 0, at[0]));
  Two out = f(x);
  return out.size() && out.dx(0).size() ? out.dx(0).dx(0) : 0.0;
}
"""
LANGUAGE = cpp.language({"maximum": "max({0}, {1})", "abs": "abs({0})"})
KINDS = ("value", "gradient", "second")


def batch(jobs):
    return cpp.run(PREAMBLE, jobs, ["-Iusr/include/trilinos"])
