"""Stan Math."""
# pip: httpstan==4.13.0

import re
import sysconfig
from pathlib import Path

import cpp

PREAMBLE = """
#include <stan/math/mix.hpp>
using namespace stan::math;
template <class F, class T, size_t... I> T call(F f, vector<T>& x, std::index_sequence<I...>) { return f(x[I]...); }
template <class F, class T> T run(F f, vector<T>& x) {
  if constexpr (std::is_invocable_v<F, T>) return call(f, x, std::make_index_sequence<1>());
  else if constexpr (std::is_invocable_v<F, T, T>) return call(f, x, std::make_index_sequence<2>());
  else return call(f, x, std::make_index_sequence<3>());
}
template <class F> double value(F f, vector<double> at) {
  nested_rev_autodiff nested;
  vector<var> x(at.begin(), at.end());
  return run(f, x).val();
}
template <class F> vector<double> gradient(F f, vector<double> at) {
  nested_rev_autodiff nested;
  vector<var> x(at.begin(), at.end());
  run(f, x).grad();
  for (size_t i = 0; i < at.size(); ++i) at[i] = x[i].adj();
  return at;
}
template <class F> double second(F f, vector<double> at) {
  nested_rev_autodiff nested;
  var x = at[0];
  fvar<var> out = f(fvar<var>(x, 1.0));
  out.d_.grad();
  return x.adj();
}
"""
LANGUAGE = cpp.language(
    {
        "maximum": "fmax({0}, {1})",
        "amax": "stan::math::max(std::vector<T>{{{list}}})",
        "floor": "floor({0})",
        "mod": "fmod({0}, {1})",
        "hypot": "hypot({0}, {1})",
        "norm": "norm2(std::vector<T>{{{list}}})",
        "logsumexp": "log_sum_exp(std::vector<T>{{{list}}})",
        "prod": "prod(std::vector<T>{{{list}}})",
        "std": "sd(std::vector<T>{{{list}}})",
        "sigmoid": "inv_logit({0})",
        "softplus": "log1p_exp({0})",
        "log_sigmoid": "log_inv_logit({0})",
        "xlogy": "lmultiply({0}, {1})",
        "expm1": "expm1({0})",
    }
)
KINDS = ("value", "gradient", "second")


def batch(jobs):
    package = Path(sysconfig.get_paths()["purelib"]) / "httpstan"
    parts = dict(
        re.findall(r"define STAN_MATH_(M\w+|PATCH) (\d+)", (package / "include/stan/math/version.hpp").read_text())
    )
    assert [parts[x] for x in ("MAJOR", "MINOR", "PATCH")] == ["4", "9", "0"]
    flags = ["-D_REENTRANT", f"-I{package}/include", f"-L{package}/lib", f"-Wl,-rpath,{package}/lib", "-ltbb"]
    return cpp.run(PREAMBLE, jobs, flags)
