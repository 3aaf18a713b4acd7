#!/usr/bin/env bash
# Boost 1.81's autodiff: pow(x, y) at (-2, 2) is 4 with the derivative nan by x, where pow(x, 2.0) has -4.
# guess: -4 by x, nan by y, as others.
# seen: nan by x as well: with a variable exponent all goes through the logarithm of the base.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download libboost1.81-dev=1.81.0-5+deb12u1
for archive in *.deb; do dpkg-deb -x "$archive" .; done
cat > seen.cpp <<'END'
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <cstdio>

int main() {
  using boost::math::differentiation::autodiff_fvar;
  using boost::math::differentiation::make_fvar;
  autodiff_fvar<double, 1> x = make_fvar<double, 1>(-2.0), y(2.0);
  double variable = pow(x, y).derivative(1), constant = pow(x, 2.0).derivative(1);
  std::printf("%g %g\n", variable, constant);
  return !(std::isnan(variable) && constant == -4.0);
}
END
g++ -std=c++17 -O1 -w -Iusr/include seen.cpp -o seen 
./seen
