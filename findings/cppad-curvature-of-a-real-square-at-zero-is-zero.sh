#!/usr/bin/env bash
# CppAD 20250000.2: at 0 the second derivative of pow(x, 2.0) is 0, of pow(x, 2) it is 2.
# guess: 2 both times.
# seen: 0 with the exponent 2.0, 2 with 2; the value is right both times.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download -q --no-deps -d "$work" cmeel-cppad==20250000.2
python3 -m zipfile -e "$work"/cmeel_cppad-*.whl "$work"
cd "$work"
cat > seen.cpp <<'END'
#include <cppad/cppad.hpp>
#include <cstdio>

template <class Exponent> double curvature(Exponent exponent) {
  std::vector<CppAD::AD<double>> x{0.0}, y(1);
  CppAD::Independent(x);
  y[0] = CppAD::pow(x[0], exponent);
  CppAD::ADFun<double> f(x, y);
  return f.Hessian(std::vector<double>{0.0}, 0)[0];
}

int main() {
  double real = curvature(2.0), whole = curvature(2);
  std::printf("%g %g\n", real, whole);
  return !(real == 0.0 && whole == 2.0);
}
END
g++ -std=c++17 -O1 -w -Icmeel.prefix/include seen.cpp -o seen \
  -Lcmeel.prefix/lib -Wl,-rpath,"$work/cmeel.prefix/lib" -lcppad_lib
./seen
