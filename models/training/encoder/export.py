"""The ONNX model of a trained encoder."""

from __future__ import annotations

from pathlib import Path

import torch

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
