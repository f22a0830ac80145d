"""Texts a second of PyTorch, for the encoder's sizes and for BERT-base (FinBERT's size), by size of batch and kind of number.

    python bench_torch.py [--models encoder,bert-base] [--batches 1,8,32,128] [--kinds fp32,bf16,fp16] [--device cuda] [--lengths FILE]

Networks alone, on token ids: no tokenizer. Random weights, on which time does not depend. Batches are sorted by length and padded to
their longest text, as the service does. Prints one JSON object. fp32 is true float32 (no TF32).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel

from model import Encoder

KINDS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
SHAPES = {
    "encoder": {"vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536},
    "encoder-zh": {"vocab_size": 21128, "hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8, "intermediate_size": 2048},
    "bert-base": {"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
}
# The first batches are slow everywhere, and tell how many fit into the time.
WARM = 3
FIRST_ID = 1_000


def build(name: str) -> torch.nn.Module:
    config = BertConfig(**SHAPES[name], num_labels=3)
    return BertForSequenceClassification(config) if name == "bert-base" else Encoder(BertModel(config, add_pooling_layer=False), 0.0)


def to_batches(lengths: list[int], size: int, device: str) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(ids, mask) of each batch, in an order that does not depend on length, so that some of them stand for all."""
    ordered = sorted(lengths)
    batches = []
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        mask = (torch.arange(part[-1]) < torch.tensor(part).unsqueeze(1)).long()
        ids = torch.randint(FIRST_ID, 20_000, mask.shape) * mask
        batches.append((ids.to(device), mask.to(device)))
    random.Random(0).shuffle(batches)
    return batches


def measure(model: torch.nn.Module, batches: list[tuple[torch.Tensor, torch.Tensor]], seconds: float) -> float:
    """Texts a second over about so many seconds."""

    def run(count: int) -> tuple[float, int]:
        texts = 0
        began = time.perf_counter()
        for at in range(count):
            ids, mask = batches[at % len(batches)]
            model(input_ids=ids, attention_mask=mask)
            texts += len(ids)
        if batches[0][0].is_cuda:
            torch.cuda.synchronize()
        return time.perf_counter() - began, texts

    with torch.inference_mode():
        run(WARM)
        one = run(WARM)[0] / WARM
        elapsed, texts = run(max(WARM, math.ceil(seconds / one)))
    return texts / elapsed


def bench(arguments: argparse.Namespace, lengths: list[int]) -> list[dict]:
    rates = []
    for name in arguments.models.split(","):
        for kind in arguments.kinds.split(","):
            model = build(name).eval().to(arguments.device, KINDS[kind])
            for size in map(int, arguments.batches.split(",")):
                rate = measure(model, to_batches(lengths, size, arguments.device), arguments.seconds)
                rates.append({"model": name, "kind": kind, "batch": size, "textsPerSecond": round(rate, 1)})
                print(f"{name} {kind}, batches of {size}: {rate:.1f}", file=sys.stderr)
    return rates


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="encoder,bert-base", help=", ".join(SHAPES))
    parser.add_argument("--batches", default="1,8,32,128")
    parser.add_argument("--kinds", help="fp32, bf16, fp16; fp16 is slow on a CPU and left out there")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of the CPU")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure")
    parser.add_argument("--lengths", type=Path, help="JSON list with the tokens of each text; 1,024 texts of 24 when left out")
    arguments = parser.parse_args(words)
    arguments.kinds = arguments.kinds or ("fp32,bf16" if arguments.device == "cpu" else "fp32,bf16,fp16")
    return arguments


def main(words: list[str]) -> None:
    arguments = parse(words)
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    lengths = [24] * 1_024 if arguments.lengths is None else json.loads(arguments.lengths.read_text())
    where = torch.cuda.get_device_name() if arguments.device == "cuda" else f"CPU, {arguments.threads} threads"
    rates = bench(arguments, lengths)
    print(json.dumps({"torch": torch.__version__, "device": where, "texts": len(lengths), "rates": rates}))


if __name__ == "__main__":
    main(sys.argv[1:])
