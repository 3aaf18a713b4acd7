#!/usr/bin/env bash
# Compute Engine 0.27.0: the derivative of x^x is x x^(x - 1), and that of arcoth -1 / (x^2 + 1).
# guess: x^x (1 + ln x), and 1 / (1 - x^2).
# seen: at 2.5 of x^x 9.88, not 18.94; of arcoth -0.138, not -0.190.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @cortex-js/compute-engine@0.27.0
cat >seen.mjs <<'END'
import assert from "node:assert";
import { ComputeEngine } from "@cortex-js/compute-engine";

const engine = new ComputeEngine();
const slope = (latex) => engine.box(["D", engine.parse(latex), "x"]).evaluate().subs({ x: 2.5 }).N().toString();
const seen = ["x^3", "x^x", "\\operatorname{arcoth}(x)"].map((latex) => Number(slope(latex)));
console.log(seen, 2.5 ** 2.5 * (1 + Math.log(2.5)), 1 / (1 - 2.5 ** 2));
assert(Math.abs(seen[0] - 3 * 2.5 ** 2) < 1e-9);
assert(Math.abs(seen[1] - 2.5 ** 2.5) < 1e-9);
assert(Math.abs(seen[2] + 1 / (2.5 ** 2 + 1)) < 1e-9);
END
node seen.mjs
