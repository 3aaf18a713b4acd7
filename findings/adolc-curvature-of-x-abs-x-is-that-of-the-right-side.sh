#!/usr/bin/env bash
# ADOL-C 2.7.2: abs has the slope 0 at 0 and x abs(x) the second derivative 2.
# guess: 0: twice the slope of abs, which is 0 there, and 0 times the rest.
# seen: 2, the right side's: the second order looks at where the first order would go.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download libadolc-dev=2.7.2-6 libadolc2=2.7.2-6 libcolpack0v5=1.0.10-7
for archive in *.deb; do dpkg-deb -x "$archive" .; done
cat > seen.cpp <<'END'
#include <adolc/adolc.h>
#include <cstdio>

int main() {
  double at = 0.0, out, row[1], *h[1] = {row}, g[1];
  trace_on(1);
  adouble x, y;
  x <<= at;
  y = x * fabs(x);
  y >>= out;
  trace_off();
  hessian(1, 1, &at, h);
  trace_on(2);
  x <<= at;
  y = fabs(x);
  y >>= out;
  trace_off();
  gradient(2, 1, &at, g);
  std::printf("%g %g\n", g[0], row[0]);
  return !(g[0] == 0.0 && row[0] == 2.0);
}
END
g++ -std=c++17 -O1 -w -Iusr/include seen.cpp -o seen -Lusr/lib/x86_64-linux-gnu -l:libadolc.so.2
LD_LIBRARY_PATH=usr/lib/x86_64-linux-gnu ./seen
