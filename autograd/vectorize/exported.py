"""Array programs as functions of another package's arrays, which carry their own derivative.

JAX and PyTorch differentiate each operation by rules of their own, which are others at kinks and singular points: relu′
is ½ at 0 there. So what is handed out says how it is differentiated: by the backward statements of the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from autograd.vectorize.compiled import Compiled
from autograd.vectorize.reverse import differentiate
from autograd.vectorize.source import Source
from autograd.vectorize.statements import INPUT, Array, Operand, used

Function = Callable[..., Any]


class Exported:
    """A program from which functions of arrays are made.

    ``leaves`` are what the functions are given, the parameters and then the inputs, ``outputs`` what they return. Of
    one cost ``seeds`` are its parts with their derivatives; of several outputs there are none, and a function is given
    the derivatives.
    """

    def __init__(self, program: Compiled) -> None:
        self.program = program
        self.leaves = [*program.parameters.values(), *program.inputs.values()]
        self.outputs, self.seeds = program.roots, program.seeds
        self.lock = threading.RLock()
        self.made: dict[Any, Function] = {}

    def function(self, names: dict[str, Any], key: Any, by: Sequence[int] = (), of: Sequence[int] = ()) -> Function:
        """Return f(*leaves, *derivatives) that computes the outputs, and their gradients by the leaves numbered `by`.

        `of` are the outputs that have derivatives. `names` are the functions of the package; two functions with one
        `key` have their arrays at one place.
        """
        key = key, tuple(by), tuple(of)
        with self.lock:
            if key not in self.made:
                self.made[key] = self.compiled(names, [self.leaves[k] for k in by], [self.outputs[k] for k in of])
        return self.made[key]

    def compiled(self, names: dict[str, Any], by: Sequence[Array], of: Sequence[Operand]) -> Function:
        given = [Array("d", shape=x.shape, role=INPUT) for x in of if isinstance(x, Array)]
        builder = self.program.builder
        seeds = self.seeds or list(zip((x for x in of if isinstance(x, Array)), given, strict=True))
        found = differentiate(builder, self.program.forward, seeds, by, mean=False, again=True) if by else {}
        results = [*self.outputs, *(found[x] for x in by)]
        leaves = [*self.leaves, *given]
        called = dict(self.program.names) | dict.fromkeys(given, "d")
        source = Source(used(builder.statements, results), called, leaves, (), exact=True)
        body = [f"m = len({source.names[x]})" for x in self.leaves if x.sampled][:1]
        body += [f"{name} = {text}" for name, text in source.lines]
        texts = [source.text(x) for x in results]
        split = len(self.outputs)
        body.append(f"return [{', '.join(texts[:split])}], [{', '.join(texts[split:])}]")
        head = f"def program({', '.join(source.names[x] for x in leaves)}):"
        scope = names | {name: names["asarray"](value) for name, value in source.constants.items()}
        exec(compile("\n    ".join([head, *body]), "<vectorized program>", "exec"), scope)
        return scope["program"]  # type: ignore[no-any-return]


def function_of(target: str, names: dict[str, Any], exported: Exported) -> Function:
    """Return f(*leaves) on arrays of the target, whose functions are `names`: the cost, or the list of the outputs."""
    return {"numpy": _numpy, "jax": _jax, "torch": _torch}[target](exported, names)


def _numpy(exported: Exported, names: dict[str, Any]) -> Function:
    def function(*arrays: Any) -> Any:
        outputs, _ = exported.function(names, "numpy")(*arrays)
        return outputs[0] if exported.seeds else outputs

    return function


def _jax(exported: Exported, names: dict[str, Any]) -> Function:
    import jax
    import jax.numpy as jnp
    from jax.custom_derivatives import SymbolicZero

    def outputs_and_gradients(arrays: Sequence[Any], by: Sequence[int], of: dict[int, Any]) -> Any:
        outputs, gradients = exported.function(names, "jax", by, tuple(of))(*arrays, *of.values())
        return [jnp.asarray(x, jnp.result_type(float, *arrays)) for x in outputs], gradients

    def value(*arrays: Any) -> Any:
        outputs, _ = outputs_and_gradients(arrays, (), {})
        return outputs[0] if exported.seeds else outputs

    cost = jax.custom_jvp(value)

    def change(arrays: Sequence[Any], changes: Sequence[Any]) -> tuple[Any, Any]:
        """Return the cost and its total differential Σ ∂J/∂x dx: what forward and reverse mode both come from."""
        moved = {k: dx for k, dx in enumerate(changes) if not isinstance(dx, SymbolicZero)}
        (J,), gradients = outputs_and_gradients(arrays, tuple(moved), {})
        parts = [(gradient * dx).sum() for gradient, dx in zip(gradients, moved.values(), strict=True)]
        return J, jnp.asarray(sum(parts), J.dtype)

    cost.defjvp(change, symbolic_zeros=True)
    several = jax.custom_vjp(value)

    def forward(*given: Any) -> tuple[Any, Any]:
        arrays = [x.value for x in given]
        moved = tuple(() if x.perturbed else None for x in given)  # a structure, no numbers
        return value(*arrays), (arrays, moved)

    def backward(kept: Any, slopes: Sequence[Any]) -> tuple[Any, ...]:
        arrays, moved = kept
        by = [k for k, x in enumerate(moved) if x is not None]
        arrays_of = zip(slopes, exported.outputs, strict=True)
        of = {k: dx for k, (dx, x) in enumerate(arrays_of) if isinstance(x, Array) and not isinstance(dx, SymbolicZero)}
        _, gradients = outputs_and_gradients(arrays, by, of)
        found = dict(zip(by, gradients, strict=True))
        return tuple(jnp.asarray(found[k], x.dtype) if k in found else None for k, x in enumerate(arrays))

    several.defvjp(forward, backward, symbolic_zeros=True)
    differentiable = cost if exported.seeds else several

    def function(*arrays: Any) -> Any:
        given = (jnp.asarray(x) for x in arrays)
        return differentiable(*(x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(float) for x in given))

    return function


def _torch(exported: Exported, names: dict[str, Any]) -> Function:
    import torch

    def outputs_and_gradients(arrays: Sequence[Any], by: Sequence[int], of: dict[int, Any]) -> Any:
        device = arrays[0].device if arrays else torch.device("cpu")
        with torch.device(device):  # of the numbers that the program holds
            outputs, gradients = exported.function(names, device, by, tuple(of))(*arrays, *of.values())
            found = [x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64) for x in outputs]
            return found, gradients

    class Differentiable(torch.autograd.Function):
        """The program, with the backward pass that is its own: of the numbers given, which is all that is kept."""

        generate_vmap_rule = True

        @staticmethod
        def forward(*arrays: Any) -> Any:
            outputs, _ = outputs_and_gradients(arrays, (), {})
            kept = [x.clone() if any(x is y for y in arrays) else x for x in outputs]
            return kept[0] if exported.seeds else tuple(kept)

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, _: Any) -> None:
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)
            ctx.set_materialize_grads(False)

        @staticmethod
        def backward(ctx: Any, *slopes: Any) -> Any:
            arrays = ctx.saved_tensors
            by = [k for k, needed in enumerate(ctx.needs_input_grad) if needed]
            of = {k: x for k, x in enumerate(slopes) if x is not None and isinstance(exported.outputs[k], Array)}
            if all(x is None for x in slopes):
                return (None,) * len(arrays)
            _, gradients = outputs_and_gradients(arrays, by, {} if exported.seeds else of)
            if exported.seeds:
                gradients = [slopes[0] * x for x in gradients]
            found = dict(zip(by, gradients, strict=True))
            return tuple(found.get(k) for k in range(len(arrays)))

        @staticmethod
        def jvp(ctx: Any, *changes: Any) -> Any:
            if not exported.seeds:
                raise NotImplementedError("forward mode: the program has several outputs; accepted: one, the cost")
            moved = {k: dx for k, dx in enumerate(changes) if dx is not None}
            _, gradients = outputs_and_gradients(ctx.saved_tensors, tuple(moved), {})
            return sum((x * dx).sum() for x, dx in zip(gradients, moved.values(), strict=True))

    def function(*arrays: Any) -> Any:
        device = next((x.device for x in arrays if isinstance(x, torch.Tensor)), None)
        given = (x if isinstance(x, torch.Tensor) else torch.as_tensor(x, device=device) for x in arrays)
        floats = [x if x.is_floating_point() else x.to(torch.float64) for x in given]
        found = Differentiable.apply(*floats)  # type: ignore[no-untyped-call]
        return found if exported.seeds else list(found)

    return function
