#!/usr/bin/env bash
# elkjs 0.12.1: an edge that the root lists has coordinates from the corner of the group that its ends stand in.
# guess: from the root, as those of every other edge that it lists.
# seen: the edge starts at x = 42, the right side of its node within the group, which stands at 62.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts elkjs@0.12.1
cat >seen.mjs <<'END'
import assert from "node:assert";
import ELK from "elkjs";

const node = (id, more) => ({ id, width: 30, height: 30, ...more });
const graph = {
  id: "root",
  layoutOptions: { "elk.algorithm": "layered" },
  children: [node("a"), node("group", { children: [node("b"), node("c")] })],
  edges: [
    { id: "inside", sources: ["b"], targets: ["c"] },
    { id: "outside", sources: ["a"], targets: ["group"] },
  ],
};
const placed = await new ELK().layout(graph);
const [, group] = placed.children;
const [inside, outside] = placed.edges.map((edge) => edge.sections[0].startPoint);
console.log(group.x, group.children[0].x, inside.x, outside.x, placed.edges[0].container);
assert(group.x > 0);
assert.equal(inside.x, group.children[0].x + 30);
assert.equal(outside.x, placed.children[0].x + 30);
END
node seen.mjs
