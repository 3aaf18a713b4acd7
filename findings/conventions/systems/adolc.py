"""ADOL-C."""
# apt: libadolc-dev libadolc2 libcolpack0v5

import cpp

PREAMBLE = """
#include <adolc/adolc.h>
template <class F, size_t... I> adouble call(F f, vector<adouble>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F> adouble call(F f, vector<adouble>& x) {
  if constexpr (std::is_invocable_v<F, adouble>) return call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, adouble, adouble>) return call(f, x, std::make_index_sequence<2>());
  else return call(f, x, std::make_index_sequence<3>());
}
template <class F> double record(F f, vector<double> at) {
  trace_on(1);
  vector<adouble> x(at.size());
  for (size_t i = 0; i < at.size(); ++i) x[i] <<= at[i];
  double out;
  call(f, x) >>= out;
  trace_off();
  return out;
}
template <class F> double value(F f, vector<double> at) { return record(f, at); }
template <class F> vector<double> gradient(F f, vector<double> at) {
  record(f, at);
  vector<double> g(at.size());
  ::gradient(1, at.size(), at.data(), g.data());
  return g;
}
template <class F> double second(F f, vector<double> at) {
  record(f, at);
  double row[1];
  double* h[1] = {row};
  ::hessian(1, 1, at.data(), h);
  return row[0];
}
"""
LANGUAGE = cpp.language({"maximum": "fmax({0}, {1})", "floor": "floor({0})"})
KINDS = ("value", "gradient", "second")


def batch(jobs):
    return cpp.run(PREAMBLE, jobs, ["-Lusr/lib/x86_64-linux-gnu", "-l:libadolc.so.2"])
