"""ONNX models of a trained encoder: fp32 and int8."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization.shape_inference import quant_pre_process

from quantise_rows import quantise_rows

OUTPUTS = ["sentiment", "intensity", "topics", "certainty", "mention"]


def export_onnx(model: torch.nn.Module, path: Path) -> None:
    """fp32, opset 17. The example has padding, else the mask is folded away."""
    ids = torch.randint(5, 1000, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    texts = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        model.eval(),
        (ids, mask),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=OUTPUTS,
        dynamic_axes={
            "input_ids": texts,
            "attention_mask": texts,
            "mention": texts,
            **{name: {0: "texts"} for name in OUTPUTS[:4]},
        },
        opset_version=17,
        dynamo=False,
    )


def quantise(fp32: Path, int8: Path) -> None:
    """Weights and activations of 8 bits, see quantise_rows.py."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        onnx.save(quantise_rows(onnx.load(str(prepared))), str(int8))
