// The numbers of the page: values, gradients, chain-rule sums and paths. `operations` stands before this file: one
// entry per operation of the graph, made from Python's table.
//
// A graph is {nodes, forward, backward, root}. A node is {name, value} for a leaf, with constant: true for one that no
// derivative is computed for, and {name, op, inputs} for an operation; inputs are indices of nodes. `forward` lists the
// operations in the order they are computed, `backward` the [node, position of the input] pairs in the order in which
// the gradients are handed back.

// Values -------------------------------------------------------------------------------------------------------------

// Return the value of every node from those of the leaves, `leafValues[index]`.
function forwardPass(graph, leafValues) {
  const values = graph.nodes.map((node, index) => (node.op ? NaN : leafValues[index]));
  for (const index of graph.forward) {
    const { op, inputs } = graph.nodes[index];
    values[index] = operations[op].value(...inputs.map((input) => values[input]));
  }
  return values;
}

// Gradients ----------------------------------------------------------------------------------------------------------

// Return the backward pass as records, one per use of a node, and the gradient of every node (null: not reached).
function backwardPass(graph, values) {
  const gradients = graph.nodes.map(() => null);
  const uses = graph.nodes.map(() => 0);
  const done = graph.nodes.map(() => 0);
  for (const [node, position] of graph.backward) {
    const input = graph.nodes[node].inputs[position];
    uses[input] += 1;
    gradients[input] = 0;
  }
  gradients[graph.root] = 1;
  const reached = new Set([graph.root]); // by a path from the root: none leads to what a `where` did not choose
  const steps = graph.backward.map(([node, position]) => {
    const { op, inputs } = graph.nodes[node];
    const input = inputs[position];
    const numbers = inputs.map((index) => values[index]);
    const { partials, unchosen } = operations[op];
    const path = reached.has(node) && !unchosen?.[position](...numbers);
    if (path) reached.add(input);
    const local = partials[position](...numbers, values[node]);
    const upstream = gradients[node];
    const product = local * upstream;
    const contribution = path || !Number.isNaN(product) ? product : 0;
    const before = gradients[input];
    const after = before + contribution;
    gradients[input] = after;
    done[input] += 1;
    const ready = done[input] === uses[input];
    return { node, position, input, path, local, upstream, contribution, before, after, ready,
             usesDone: done[input], uses: uses[input] };
  });
  return { steps, gradients };
}

// Both passes.
function compute(graph, leafValues) {
  const values = forwardPass(graph, leafValues);
  return { values, ...backwardPass(graph, values) };
}

// The chain rule at one node -----------------------------------------------------------------------------------------

// The uses of a node, in the order in which they hand back: ∂J/∂node is the sum of their contributions.
function usesOf(run, node) {
  return run.steps.filter((step) => step.input === node);
}

// Whether the local derivative of a use is another one right beside the numbers it is taken at: at a kink or a tie.
function jumps(graph, values, { node, position, local }) {
  const { op, inputs } = graph.nodes[node];
  const { value, partials } = operations[op];
  const numbers = inputs.map((index) => values[index]);
  const beside = numbers.flatMap((x, i) => [-1, 1].map((side) => {
    const moved = [...numbers];
    moved[i] = x === 0 ? side * 1e-150 : x * (1 + side * 1e-15);
    return partials[position](...moved, value(...moved));
  }));
  return beside.some((other) => Math.abs(other - local) > 1e-3 * Math.max(1, Math.abs(local)));
}

// How many paths lead from the root to each node, whatever a `where` chooses.
function countPaths(graph) {
  const count = graph.nodes.map(() => 0);
  count[graph.root] = 1;
  for (const [node, position] of graph.backward) count[graph.nodes[node].inputs[position]] += count[node];
  return count;
}

// Every path from `node` up to the root, as a list of steps, with the product of its local derivatives.
function pathsFrom(graph, run, node) {
  const finished = [];
  const open = [{ end: node, steps: [], product: 1 }];
  while (open.length) {
    const path = open.pop();
    if (path.end === graph.root) finished.push(path);
    else {
      for (const step of usesOf(run, path.end).filter((use) => use.path).reverse()) {
        open.push({ end: step.node, steps: [...path.steps, step], product: path.product * step.local });
      }
    }
  }
  return finished;
}

// One step of gradient descent: new leaf values, each parameter less α times the mean of its gradients in `runs`, one of
// which is made for each sample.
function descend(leafValues, parameters, alpha, runs) {
  const next = [...leafValues];
  for (const index of parameters) {
    const slopes = runs.map((run) => run.gradients[index]);
    if (!slopes.includes(null)) next[index] -= alpha * mean(slopes);
  }
  return next;
}

const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
