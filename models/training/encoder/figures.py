"""Figures of a model in Python, by set: to compare runs. What is published comes from `bellwether evaluate`."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.metrics import accuracy_score, f1_score

from rows import SENTIMENTS, TOPICS, batches, shown, tokenise


@torch.no_grad()
def predict(model, tokenizer, rows: list[dict], max_tokens: int) -> dict[str, np.ndarray]:
    """Logits of each row in the order given; mentions row after row."""
    ready = tokenise(rows, tokenizer, max_tokens)
    order = sorted(range(len(ready)), key=lambda index: len(ready[index]["ids"]))
    parts: dict[str, list] = {"sentiment": [], "intensity": [], "topics": [], "certainty": []}
    mentions: dict[int, list] = {}
    seen = 0
    for batch in batches([ready[index] for index in order], 64, tokenizer.pad_token_id, None, {}):
        sentiment, intensity, topics, certainty, tokens = model(batch.input_ids, batch.attention_mask)
        for name, value in zip(parts, (sentiment, intensity, topics, certainty), strict=True):
            parts[name].append(value.float().numpy())
        if len(batch.mention_row) > 0:
            logits = torch.einsum("mt,mtc->mc", batch.mention_span, tokens[batch.mention_row].float()).numpy()
            for row, logit, label in zip(batch.mention_row.tolist(), logits, batch.mention_label.tolist(), strict=True):
                mentions.setdefault(order[seen + row], []).append((logit, label))
        seen += len(batch.input_ids)
    back = np.argsort(order)
    answers = {name: np.concatenate(values)[back] for name, values in parts.items()}
    answers["mentions"] = [mentions.get(index, []) for index in range(len(rows))]
    return answers


def evaluate_rows(model, tokenizer, rows: list[dict], recipe: dict) -> dict[str, dict[str, float]]:
    """By set: accuracy, macro-F1, ECE of the sentiment; accuracy and macro-F1 of topic and mentions."""
    figures = {}
    for name in sorted({row["set"] for row in rows}):
        some = [row for row in rows if row["set"] == name]
        answers = predict(model, tokenizer, shown(some, recipe), recipe["max_tokens"])
        figures[name] = {**sentiment_figures(some, answers), **topic_figures(some, answers), **mention_figures(some, answers)}
    return figures


def sentiment_figures(rows: list[dict], answers: dict) -> dict[str, float]:
    at = [i for i, row in enumerate(rows) if row["sentiment"] is not None and len(row["sentiment"]["right"]) == 1]
    if not at:
        return {}
    truth = np.array([SENTIMENTS.index(rows[i]["sentiment"]["right"][0]) for i in at])
    chances = softmax(answers["sentiment"][at])
    if len(rows[at[0]]["sentiment"]["allowed"]) == 2:
        chances[:, 1] = 0
    guess = chances.argmax(1)
    return {
        "n": len(at),
        "accuracy": round(accuracy_score(truth, guess), 4),
        "macroF1": round(f1_score(truth, guess, average="macro", labels=sorted(set(truth))), 4),
        "ece": round(calibration_error(chances.max(1), guess == truth), 4),
        "recalls": [round(float((guess[truth == k] == k).mean()), 3) if (truth == k).any() else None for k in range(3)],
    }


def topic_figures(rows: list[dict], answers: dict) -> dict[str, float]:
    at = [i for i, row in enumerate(rows) if row["topics"] is not None]
    if not at:
        return {}
    truth = np.array([TOPICS.index(rows[i]["topics"]["right"][0]) for i in at])
    guess = answers["topics"][at].argmax(1)
    labels = sorted(set(truth))
    return {"topicAccuracy": round(accuracy_score(truth, guess), 4), "topicF1": round(f1_score(truth, guess, average="macro", labels=labels), 4)}


def mention_figures(rows: list[dict], answers: dict) -> dict[str, float]:
    every = [pair for pairs in answers["mentions"] for pair in pairs]
    if not every:
        return {}
    mixed = [pair for pairs in answers["mentions"] if len({label for _, label in pairs}) > 1 for pair in pairs]
    right = lambda pairs: round(float(np.mean([logit.argmax() == label for logit, label in pairs])), 4) if pairs else None  # noqa: E731
    return {"mentions": len(every), "mentionAccuracy": right(every), "mixedMentionAccuracy": right(mixed)}


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass."""
    order = np.argsort(confidence, kind="stable")
    return sum(len(part) / len(order) * abs(confidence[part].mean() - right[part].mean()) for part in np.array_split(order, bins) if len(part) > 0)
