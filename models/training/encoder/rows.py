"""Rows that `bellwether train rows` wrote, as tensors for the five heads."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

SENTIMENTS = ["negative", "neutral", "positive"]
CERTAINTIES = ["fact", "opinion", "rumour"]
# The order of pipeline/core/taxonomy.ts; the artefact names it, so that another order would be seen.
TOPICS = (
    "earnings analyst mna product_company legal_regulation personnel dividend_buyback ipo macro central_bank "
    "currency debt_credit commodities_energy markets stock_move politics crypto real_estate fraud_risk other"
).split()
# Polarity that a label stands for where a row has no score of its own: the mean of the scored rows.
POLARITY = {"negative": -0.5, "neutral": 0.0, "positive": 0.5}
IGNORE = -100
# Addresses in a text; `withOneTokenLinks` of models/encoder/to-network-input.ts reads them alike.
LINK = re.compile(r"https?://[\x21-\x7e]+")
ONE_TOKEN = "http"


@dataclass(frozen=True)
class Scales:
    """Mean weight of a row in each head over everything that is learned: what a batch's sums are divided by, times its rows.

    A batch divided by its own weights would undo them: batches are of like length, and where few rows teach a head, these few would count as much as a
    full batch does.
    """

    sentiment: float = 1.0
    topics: float = 1.0
    intensity: float = 1.0
    certainty: float = 1.0
    mention: float = 1.0


@dataclass(frozen=True)
class Teacher:
    """Logits of the teachers."""

    sentiment: torch.Tensor  # [B, 3]
    topics: torch.Tensor  # [B, 20]
    mentions: torch.Tensor  # [M, 3]


@dataclass(frozen=True)
class Batch:
    """B texts of at most T tokens. Rows that teach a head nothing have weight 0 there."""

    input_ids: torch.Tensor  # [B, T] int64
    attention_mask: torch.Tensor  # [B, T] int64
    sentiment_right: torch.Tensor  # [B, 3] bool: the right classes
    sentiment_allowed: torch.Tensor  # [B, 3] bool: those the set tells apart
    sentiment_weight: torch.Tensor  # [B]
    topic_right: torch.Tensor  # [B, 20] float
    topic_weight: torch.Tensor  # [B]
    score: torch.Tensor  # [B] intensity -1..1
    score_weight: torch.Tensor  # [B]
    certainty: torch.Tensor  # [B] class or IGNORE
    mention_row: torch.Tensor  # [M] text of each mention
    mention_span: torch.Tensor  # [M, T] float, 1/n at the n tokens of the name
    mention_label: torch.Tensor  # [M] class
    teacher: Teacher | None


def read_rows(path: Path) -> list[dict]:
    with open(path, encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def hash_rows(rows: list[dict]) -> str:
    """SHA-256 over the rows in their order: what a run was trained on."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def is_in_share(row: dict, share: float) -> bool:
    """A part of the rows that does not change with the others, a smaller share within a larger one."""
    return int.from_bytes(hashlib.sha256(row["text"].encode()).digest()[:4], "big") < share * 2**32


def as_read(text: str, one_token_links: bool) -> str:
    """The text as a network reads it: an address is one token instead of the twenty of its random letters. Places in the text stay what they are."""
    return LINK.sub(lambda match: ONE_TOKEN.ljust(len(match.group())), text) if one_token_links else text


def shown(rows: list[dict], recipe: dict) -> list[dict]:
    """The rows as the network of the recipe reads them."""
    return [{**row, "text": as_read(row["text"], recipe.get("one_token_links", False))} for row in rows]


def tokenise(rows: list[dict], tokenizer, max_tokens: int) -> list[dict]:
    """Adds `ids`, `mentions` [(tokens, class)] and `seen`, the entities that these are, to each row.

    A mention of which the teachers said nothing is left out: a name may lie beyond the last token for them and not for us.
    """
    encoded = tokenizer([row["text"] for row in rows], truncation=True, max_length=max_tokens, return_offsets_mapping=True)
    ready = []
    for row, ids, offsets in zip(rows, encoded["input_ids"], encoded["offset_mapping"], strict=True):
        mentions, seen = [], []
        for number, entity in enumerate(row["entities"]):
            tokens = tokens_of(entity["name"], row["text"], offsets)
            if tokens and ("teacher" not in row or number in row["teacher"][2]):
                mentions.append((tokens, SENTIMENTS.index(entity["sentiment"])))
                seen.append(number)
        ready.append({**row, "ids": ids, "mentions": mentions, "seen": seen})
    return ready


def tokens_of(name: str, text: str, offsets: list[tuple[int, int]]) -> list[int]:
    """Tokens of every place where the name stands."""
    spans = []
    at = text.find(name)
    while at >= 0:
        spans.append((at, at + len(name)))
        at = text.find(name, at + len(name))
    return [
        index
        for index, (start, end) in enumerate(offsets)
        if end > start and any(start < to and end > begin for begin, to in spans)
    ]


def batches(rows: list[dict], size: int, pad: int, seed: int | None, set_weights: dict[str, float]) -> Iterator[Batch]:
    """Batches of texts of like length, shuffled by `seed`; None keeps the order of the rows."""
    order = list(range(len(rows)))
    if seed is not None:
        shuffler = random.Random(seed)
        # Of like length but not the same neighbours each epoch: padding is a third of what it would be.
        order.sort(key=lambda index: len(rows[index]["ids"]) + shuffler.uniform(0, 6))
    chunks = [order[start : start + size] for start in range(0, len(order), size)]
    if seed is not None:
        random.Random(seed + 1).shuffle(chunks)
    for chunk in chunks:
        yield to_batch([rows[index] for index in chunk], pad, set_weights)


def to_batch(rows: list[dict], pad: int, set_weights: dict[str, float]) -> Batch:
    length = max(len(row["ids"]) for row in rows)
    ids = torch.full((len(rows), length), pad, dtype=torch.int64)
    mask = torch.zeros((len(rows), length), dtype=torch.int64)
    right = torch.zeros((len(rows), 3), dtype=torch.bool)
    allowed = torch.zeros((len(rows), 3), dtype=torch.bool)
    weight = torch.zeros(len(rows))
    topic_right = torch.zeros((len(rows), len(TOPICS)))
    topic_weight = torch.zeros(len(rows))
    score = torch.zeros(len(rows))
    score_weight = torch.zeros(len(rows))
    certainty = torch.full((len(rows),), IGNORE, dtype=torch.int64)
    mention_row, mention_tokens, mention_label = [], [], []
    for index, row in enumerate(rows):
        factor = set_weights.get(row["set"], 1.0)
        ids[index, : len(row["ids"])] = torch.tensor(row["ids"])
        mask[index, : len(row["ids"])] = 1
        lesson = row["sentiment"]
        if lesson is not None:
            right[index] = torch.tensor([name in lesson["right"] for name in SENTIMENTS])
            allowed[index] = torch.tensor([name in lesson["allowed"] for name in SENTIMENTS])
            weight[index] = lesson["weight"] * factor
        if row["topics"] is not None:
            topic_right[index] = torch.tensor([float(name in row["topics"]["right"]) for name in TOPICS])
            topic_weight[index] = row["topics"]["weight"] * factor
        if row["score"] is not None:
            score[index], score_weight[index] = row["score"], 1.0
        elif lesson is not None and len(lesson["allowed"]) == 3 and len(lesson["right"]) == 1:
            score[index], score_weight[index] = POLARITY[lesson["right"][0]], 0.2 * lesson["weight"]
        if row["certainty"] is not None:
            certainty[index] = CERTAINTIES.index(row["certainty"])
        for tokens, label in row["mentions"]:
            mention_row.append(index)
            mention_tokens.append(tokens)
            mention_label.append(label)
    span = torch.zeros((len(mention_row), length))
    for index, tokens in enumerate(mention_tokens):
        span[index, tokens] = 1 / len(tokens)
    return Batch(
        ids, mask, right, allowed, weight, topic_right, topic_weight, score, score_weight, certainty,
        torch.tensor(mention_row, dtype=torch.int64), span, torch.tensor(mention_label, dtype=torch.int64),
        teacher_of(rows),
    )  # fmt: skip


def scales_of(rows: list[dict], set_weights: dict[str, float]) -> Scales:
    """Of tokenised rows."""
    sums = {"sentiment": 0.0, "topics": 0.0, "intensity": 0.0, "certainty": 0.0, "mention": 0.0}
    for start in range(0, len(rows), 512):
        batch = to_batch(rows[start : start + 512], 0, set_weights)
        sums["sentiment"] += batch.sentiment_weight.sum().item()
        sums["topics"] += batch.topic_weight.sum().item()
        sums["intensity"] += batch.score_weight.sum().item()
        sums["certainty"] += (batch.certainty != IGNORE).sum().item()
        sums["mention"] += len(batch.mention_row)
    # A head that nothing teaches has losses of 0; what they are divided by is no matter.
    return Scales(**{name: total / len(rows) if total > 0 else 1.0 for name, total in sums.items()})


def teacher_of(rows: list[dict]) -> Teacher | None:
    if "teacher" not in rows[0]:
        return None
    sentiment, topics, mentions = zip(*(row["teacher"] for row in rows), strict=True)
    of_mentions = [several[number] for several, row in zip(mentions, rows, strict=True) for number in row["seen"]]
    return Teacher(
        torch.tensor(np.array(sentiment)), torch.tensor(np.array(topics)), torch.tensor(np.array(of_mentions)).reshape(-1, len(SENTIMENTS))
    )
