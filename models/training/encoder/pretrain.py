"""Pre-trains a small encoder on texts without labels, from nothing or from a model that is there.

    python pretrain.py recipes/pretrain-zh.json --rows DIR --output DIR [--texts FILE.jsonl.gz …]

Masked words (Devlin et al. 2019: 15 %, of which 80 % masked, 10 % another token, 10 % as they are). A new vocabulary splits Chinese
into characters and other scripts into word pieces.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import AutoModelForMaskedLM, AutoTokenizer, BertConfig, BertForMaskedLM, BertTokenizerFast

from rows import IGNORE, read_rows
from train import base_folder, learning_rate

DEFAULTS = {
    "language": "zh",
    # Null begins from nothing, with a vocabulary of its own.
    "base": None,
    "vocabulary": 8_000,
    "width": 312,
    "layers": 4,
    "heads": 12,
    "inner": 1_200,
    "seed": 1,
    "epochs": 10,
    "tokens_a_batch": 4_096,
    "rate": 5e-4,
    "decay": 0.01,
    "warmup": 0.05,
    "max_tokens": 128,
}
MASKED = 0.15


def read_texts(rows: Path, streams: list[Path], language: str) -> list[str]:
    """Texts of the train rows and of recorded streams, each once, in a fixed order."""
    texts = [row["text"] for row in read_rows(rows / "train.jsonl") if row["language"] == language]
    for stream in streams:
        with gzip.open(stream, "rt", encoding="utf8") as lines:
            texts.extend(" ".join(filter(None, (item.get("title"), item["text"]))) for item in map(json.loads, lines))
    return list(dict.fromkeys(texts))


def make_tokenizer(texts: list[str], size: int) -> BertTokenizerFast:
    trainer = BertWordPieceTokenizer(lowercase=True, handle_chinese_chars=True)
    trainer.train_from_iterator(texts, vocab_size=size, min_frequency=2, show_progress=False)
    return BertTokenizerFast(tokenizer_object=trainer._tokenizer, do_lower_case=True)  # noqa: SLF001


def mask(ids: torch.Tensor, attention: torch.Tensor, tokenizer, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and labels [B, T]; labels are IGNORE where nothing is asked."""
    special = torch.tensor(sorted(tokenizer.all_special_ids))
    open_ = attention.bool() & ~torch.isin(ids, special)
    asked = open_ & (torch.rand(ids.shape, generator=generator) < MASKED)
    labels = ids.masked_fill(~asked, IGNORE)
    draw = torch.rand(ids.shape, generator=generator)
    changed = ids.masked_fill(asked & (draw < 0.8), tokenizer.mask_token_id)
    other = torch.randint(len(tokenizer), ids.shape, generator=generator)
    return torch.where(asked & (draw >= 0.8) & (draw < 0.9), other, changed), labels


def batches(encoded: list[list[int]], tokens: int, pad: int, shuffler: random.Random) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]) + shuffler.uniform(0, 8))
    chunks: list[list[int]] = [[]]
    for index in order:
        if chunks[-1] and (len(chunks[-1]) + 1) * len(encoded[index]) > tokens:
            chunks.append([])
        chunks[-1].append(index)
    shuffler.shuffle(chunks)
    for chunk in chunks:
        length = max(len(encoded[index]) for index in chunk)
        ids = torch.full((len(chunk), length), pad, dtype=torch.int64)
        for place, index in enumerate(chunk):
            ids[place, : len(encoded[index])] = torch.tensor(encoded[index])
        yield ids, (ids != pad).long()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = {**DEFAULTS, **json.loads(arguments.recipe.read_text())}
    torch.manual_seed(recipe["seed"])
    shuffler = random.Random(recipe["seed"])
    generator = torch.Generator().manual_seed(recipe["seed"])
    texts = read_texts(arguments.rows, arguments.texts, recipe["language"])
    if recipe["base"] is None:
        tokenizer = make_tokenizer(texts, recipe["vocabulary"])
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe["width"],
            num_hidden_layers=recipe["layers"],
            num_attention_heads=recipe["heads"],
            intermediate_size=recipe["inner"],
            max_position_embeddings=512,
            pad_token_id=tokenizer.pad_token_id,
        )
        model = BertForMaskedLM(config)
    else:
        tokenizer = AutoTokenizer.from_pretrained(base_folder(recipe["base"]))
        model = AutoModelForMaskedLM.from_pretrained(base_folder(recipe["base"]))
    encoded = tokenizer(texts, truncation=True, max_length=recipe["max_tokens"])["input_ids"]
    tokens = sum(len(ids) for ids in encoded)
    print(f"{len(texts)} texts, {tokens} tokens, {sum(p.numel() for p in model.parameters())} parameters", flush=True)
    steps = recipe["epochs"] * math.ceil(tokens / recipe["tokens_a_batch"] * 1.05)
    optimiser = torch.optim.AdamW(model.parameters(), recipe["rate"], weight_decay=recipe["decay"])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: learning_rate(step, steps, recipe["warmup"]))
    began, step, mean = time.monotonic(), 0, 0.0
    model.train()
    for epoch in range(recipe["epochs"]):
        for ids, attention in batches(encoded, recipe["tokens_a_batch"], tokenizer.pad_token_id, shuffler):
            inputs, labels = mask(ids, attention, tokenizer, generator)
            loss = model(input_ids=inputs, attention_mask=attention, labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
            step += 1
            mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
            if step % 100 == 0:
                print(f"step {step} of about {steps}, {time.monotonic() - began:.0f} s, loss {mean:.3f}", flush=True)
        model.save_pretrained(arguments.output)
        tokenizer.save_pretrained(arguments.output)
        print(f"epoch {epoch + 1}: loss {mean:.3f}", flush=True)


if __name__ == "__main__":
    main()
