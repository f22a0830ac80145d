"""ONNX models of a trained encoder: fp32 and int8."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

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
    """Weights of 8 bits with a scale for each output, activations with one scale for each tensor, found as it goes.

    That scale is the one of the whole batch, so the model must be given one text at a time, which costs no throughput (measured
    2026-11-28: 225, 250 and 226 texts a CPU second in batches of 32, 8 and 1): then a text has the same score in any company.
    Blocks of their own scale (MatMulNBits, 8 bits) do not depend on the batch and took 2.2 times as long.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(fp32), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(int8), per_channel=True, weight_type=QuantType.QInt8)
