#!/usr/bin/env bash
# JAX 0.10.2: logaddexp has the slopes 1/2, 1/2 at equal numbers and 1, 1 at (inf, inf).
# guess: 1/2 and 1/2, or nan: the two slopes add up to 1 everywhere else.
# seen: 1 and 1; at (-inf, -inf) they are nan.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import jax
import jax.numpy as jnp

inf = jnp.inf
seen = [[float(d) for d in jax.grad(jnp.logaddexp, argnums=(0, 1))(x, x)] for x in (1.0, inf, -inf)]
print(seen)
assert max(abs(d - 0.5) for d in seen[0]) < 1e-6 and seen[1] == [1.0, 1.0]
assert all(d != d for d in seen[2])
END
