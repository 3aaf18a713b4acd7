"""CppAD."""
# pip: cmeel-cppad==20250000.2

import sysconfig
from pathlib import Path

import cpp

PREAMBLE = """
#include <cppad/cppad.hpp>
using CppAD::AD;
template <class F, class T, size_t... I> T call(F f, vector<T>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F> void record(CppAD::ADFun<double>& tape, F f, vector<double> at) {
  typedef AD<double> T;
  vector<T> x(at.begin(), at.end()), y(1);
  CppAD::Independent(x);
  if constexpr (std::is_invocable_v<F, T>) y[0] = call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, T, T>) y[0] = call(f, x, std::make_index_sequence<2>());
  else y[0] = call(f, x, std::make_index_sequence<3>());
  tape.Dependent(x, y);
  tape.check_for_nan(false);
}
template <class F> double value(F f, vector<double> at) {
  CppAD::ADFun<double> tape;
  record(tape, f, at);
  return tape.Forward(0, at)[0];
}
template <class F> vector<double> gradient(F f, vector<double> at) {
  CppAD::ADFun<double> tape;
  record(tape, f, at);
  tape.Forward(0, at);
  return tape.Reverse(1, vector<double>{1.0});
}
template <class F> double second(F f, vector<double> at) {
  CppAD::ADFun<double> tape;
  record(tape, f, at);
  return tape.Hessian(at, 0)[0];
}
"""
LANGUAGE = cpp.language(
    {
        "abs": "CppAD::abs({0})",
        "sign": "CppAD::sign({0})",
        "expm1": "CppAD::expm1({0})",
        "where_positive": "CppAD::CondExpGt({0}, T(0.0), T({1}), T({2}))",
        "maximum": "CppAD::CondExpGt({0}, {1}, T({0}), T({1}))",
        "atan2": "CppAD::atan2({0}, {1})",
    }
)
LANGUAGE.templates.pop("maximum")
KINDS = ("value", "gradient", "second")


def batch(jobs):
    include = Path(sysconfig.get_paths()["purelib"]) / "cmeel.prefix" / "include"
    libraries = include.parent / "lib"
    return cpp.run(PREAMBLE, jobs, [f"-I{include}", f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lcppad_lib"])
