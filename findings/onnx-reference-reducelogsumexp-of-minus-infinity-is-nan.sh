#!/usr/bin/env bash
# ONNX 1.23.2's reference: ReduceLogSumExp(-inf, -inf) is nan, onnxruntime 1.31.1 has -inf.
# guess: -inf in both.
# seen: nan in the reference, -inf in onnxruntime.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv --without-pip "$work/venv"
python3 -m pip --python "$work/venv/bin/python" install -q --no-compile onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import math

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def run(op, *inputs, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    kinds = [helper.np_dtype_to_tensor_dtype(x.dtype) for x in inputs]
    given = [helper.make_tensor_value_info(n, k, x.shape) for n, k, x in zip(names, kinds, inputs, strict=True)]
    out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([helper.make_node(op, names, ["y"], **attributes)], "g", given, out)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = dict(zip(names, inputs, strict=True))
    found = session.run(None, feed)[0], ReferenceEvaluator(model).run(None, feed)[0]
    return [np.ravel(x).tolist() for x in found]


found, reference = run("ReduceLogSumExp", np.array([-math.inf, -math.inf], np.float32), np.array([0], np.int64))
print(found, reference)
assert found == [-math.inf] and math.isnan(reference[0])
END
