"""Leaves out of a vocabulary what no text can bring forth."""

from __future__ import annotations

import json
import re
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

UNUSED = re.compile(r"\[unused\d+\]")
# BERT's tokenizer makes a word of each of these characters, so that none is ever the continuation of one.
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def is_reachable(token: str) -> bool:
    return not UNUSED.fullmatch(token) and not (token.startswith("##") and CHINESE.search(token))


def without_unreachable(model: torch.nn.Module, tokenizer: dict, path: Path) -> PreTrainedTokenizerFast:
    """Cuts the embeddings of `model`, writes the smaller tokenizer to `path` and opens it. Texts keep their hidden states."""
    vocabulary = tokenizer["model"]["vocab"]
    kept = sorted((token for token in vocabulary if is_reachable(token)), key=vocabulary.get)
    numbers = {token: number for number, token in enumerate(kept)}
    embeddings = model.bert.embeddings.word_embeddings
    model.bert.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(
        embeddings.weight.detach()[[vocabulary[token] for token in kept]], padding_idx=numbers["[PAD]"]
    )
    specials = [{**entry, "id": numbers[entry["content"]]} for entry in tokenizer["added_tokens"]]
    processor = json.loads(json.dumps(tokenizer["post_processor"]))
    for token, entry in processor.get("special_tokens", {}).items():
        entry["ids"] = [numbers[token]]
    if processor["type"] == "BertProcessing":
        processor |= {side: [processor[side][0], numbers[processor[side][0]]] for side in ("sep", "cls")}
    smaller = {
        **tokenizer,
        "truncation": None,
        "padding": None,
        "added_tokens": specials,
        "post_processor": processor,
        "model": {**tokenizer["model"], "vocab": numbers},
    }
    path.write_text(json.dumps(smaller, ensure_ascii=False))
    return PreTrainedTokenizerFast(
        tokenizer_file=str(path), unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]"
    )
