"""Ways of fine-tuning: everything, or a small part beside the frozen encoder."""

from __future__ import annotations

import torch
from peft import AdaLoraConfig, LoraConfig, PrefixTuningConfig, get_peft_model
from torch import nn
from torch.nn import functional

METHODS = ["full", "adapter", "lora", "adalora", "prefix"]
PROJECTIONS = ["query", "key", "value", "dense"]


class Bottleneck(nn.Module):
    """Adapter of Houlsby et al. 2019: down, GELU, up, added to its input. It begins as the identity."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.down = nn.Linear(width, size)
        self.up = nn.Linear(size, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden + self.up(functional.gelu(self.down(hidden)))


def tune(bert: nn.Module, method: str, settings: dict, steps: int) -> nn.Module:
    """The encoder to train, with what it does not learn frozen. `steps` is the length of the training."""
    if method == "full":
        return bert
    if method == "adapter":
        return with_adapters(bert, settings.get("size", 64))
    if method == "lora":
        config = LoraConfig(
            r=settings.get("rank", 8),
            lora_alpha=settings.get("alpha", 16),
            lora_dropout=settings.get("dropout", 0.05),
            target_modules=PROJECTIONS,
        )
    elif method == "adalora":
        config = AdaLoraConfig(
            init_r=settings.get("initial_rank", 12),
            target_r=settings.get("rank", 8),
            lora_alpha=settings.get("alpha", 16),
            lora_dropout=settings.get("dropout", 0.05),
            target_modules=PROJECTIONS,
            total_step=steps,
            tinit=steps // 10,
            tfinal=steps // 3,
            deltaT=max(1, steps // 100),
        )
    elif method == "prefix":
        config = PrefixTuningConfig(
            task_type="FEATURE_EXTRACTION",
            num_virtual_tokens=settings.get("tokens", 16),
            token_dim=bert.config.hidden_size,
            num_transformer_submodules=1,
            num_attention_heads=bert.config.num_attention_heads,
            num_layers=bert.config.num_hidden_layers,
        )
    else:
        raise SystemExit(f"There is no way of tuning called {method}; there are {', '.join(METHODS)}.")
    return get_peft_model(bert, config)


def with_adapters(bert: nn.Module, size: int) -> nn.Module:
    """Behind both projections of every layer, before the residual."""
    for parameter in bert.parameters():
        parameter.requires_grad = False
    for layer in bert.encoder.layer:
        for output in (layer.attention.output, layer.output):
            output.dense = nn.Sequential(output.dense, Bottleneck(output.dense.out_features, size))
    return bert


def after_step(bert: nn.Module, method: str, step: int) -> None:
    """AdaLoRA moves its budget of ranks between the layers."""
    if method == "adalora":
        bert.base_model.update_and_allocate(step)


def penalty(bert: nn.Module, method: str) -> torch.Tensor | float:
    """AdaLoRA's singular vectors shall be orthogonal (Zhang et al. 2023, equation 4)."""
    if method != "adalora":
        return 0.0
    total = 0.0
    for name, value in bert.named_parameters():
        if "lora_A" in name or "lora_B" in name:
            gram = value @ value.T if "lora_A" in name else value.T @ value
            total = total + torch.linalg.norm(gram - torch.eye(len(gram), device=gram.device))
    return 0.1 * total


def merged(bert: nn.Module, method: str) -> nn.Module:
    """What is exported: LoRA's changes inside the weights; adapters and prefixes stay parts of their own."""
    return bert.merge_and_unload() if method in ("lora", "adalora") else bert
