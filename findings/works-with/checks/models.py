"""Files of models."""
# with the product
# pip: torch==2.13.0 onnx==1.23.2 onnxruntime==1.31.1 safetensors==0.8.0
# pip: numpy==2.4.6 graphviz==0.21 tqdm==4.70.1 platformdirs==4.14.5

import warnings
from importlib.metadata import version

import numpy as np
from line import line

import nn

warnings.simplefilter("ignore")
iris = nn.load("iris")
model = nn.MLP(4, [6, 3], activation="gelu", output="softmax", seed=1)
expected = np.array(nn.outputs(model, iris.inputs.tolist()))


def error(found):
    return f"{np.max(np.abs(np.asarray(found) - expected)):.1g} is the largest difference on iris"


def to_torch():
    import torch
    from nn.interop import to_torch

    with torch.no_grad():
        return error(to_torch(model)(torch.tensor(np.asarray(iris.inputs))).numpy())


def torch_export():
    import torch
    from nn.interop import to_torch

    x = torch.tensor(np.asarray(iris.inputs))
    torch.export.save(torch.export.export(to_torch(model), (x,)), "model.pt2")
    return error(torch.export.load("model.pt2").module()(x).detach().numpy())


def safetensors():
    from nn.interop import from_torch, to_torch
    from safetensors.torch import load_file, save_file

    module = to_torch(model)
    save_file(module.state_dict(), "model.safetensors")
    again = to_torch(nn.MLP(4, [6, 3], activation="gelu", output="softmax", seed=2))
    again.load_state_dict(load_file("model.safetensors"))
    return error(nn.outputs(from_torch(again), iris.inputs.tolist())) + "; the architecture is not in the file"


def onnx():
    from nn.onnx_files import to_onnx

    return "; ".join(str(to_onnx(model, "model.onnx", iris.inputs)).split("; ")[1:])


def torch_onnx():
    import onnxruntime
    import torch
    from nn.interop import to_torch

    x = torch.tensor(np.asarray(iris.inputs))
    torch.onnx.export(to_torch(model), (x,), "torch.onnx", dynamo=False)
    onnxruntime.InferenceSession("torch.onnx", providers=["CPUExecutionProvider"])
    return ""


line(f"PyTorch {version('torch')}", "`to_torch` of a network with gelu, run on iris", to_torch)
line(f"torch.export {version('torch')}, .pt2", "`to_torch`, exported, loaded, run", torch_export)
line(f"safetensors {version('safetensors')}", "`to_torch(...).state_dict()` saved, loaded, `from_torch`", safetensors)
line(f"ONNX {version('onnx')}, onnxruntime {version('onnxruntime')}", "`to_onnx` of that network on iris", onnx)
line(f"torch.onnx {version('torch')}, for comparison", "`torch.onnx.export(to_torch(model), ...)`", torch_onnx)
