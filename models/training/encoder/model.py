"""A BERT-family encoder with heads for sentiment, intensity, topics, certainty and the sentiment of each mention."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from rows import CERTAINTIES, IGNORE, SENTIMENTS, TOPICS, Batch, Scales


class Encoder(nn.Module):
    """Mean-pooled encoder. `bert` is any model whose output has `last_hidden_state`."""

    def __init__(self, bert: nn.Module, dropout: float) -> None:
        super().__init__()
        self.bert = bert
        width = bert.config.hidden_size
        self.dropout = nn.Dropout(dropout)
        self.sentiment = nn.Linear(width, len(SENTIMENTS))
        self.intensity = nn.Linear(width, 1)
        self.topics = nn.Linear(width, len(TOPICS))
        self.certainty = nn.Linear(width, len(CERTAINTIES))
        self.mention_token = nn.Linear(width, width)
        self.mention_text = nn.Linear(width, width, bias=False)
        self.mention = nn.Linear(width, len(SENTIMENTS))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits [B, 3], intensity [B], topic logits [B, 20], certainty logits [B, 3], mention logits of every token [B, T, 3].

        The sentiment of a mention is the mean over its tokens: one pass serves a text however many companies it names.
        """
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * weights).sum(1) / weights.sum(1)
        dropped = self.dropout(pooled)
        tokens = functional.gelu(self.mention_token(self.dropout(hidden)) + self.mention_text(dropped).unsqueeze(1))
        return (
            self.sentiment(dropped),
            torch.tanh(self.intensity(dropped)).squeeze(-1),
            self.topics(dropped),
            self.certainty(dropped),
            self.mention(tokens),
        )


def loss_of(outputs: tuple[torch.Tensor, ...], batch: Batch, smoothing: float, scales: Scales) -> dict[str, torch.Tensor]:
    """The loss of each head: the sum over the rows that teach it something, so divided that all batches of a run together give the weighted mean."""
    sentiment, intensity, topics, certainty, tokens = (output.float() for output in outputs)
    size = len(batch.input_ids)
    losses = {
        "sentiment": weighted(sentiment_loss(sentiment, batch, smoothing), batch.sentiment_weight) / (size * scales.sentiment),
        "intensity": weighted((intensity - batch.score) ** 2, batch.score_weight) / (size * scales.intensity),
        "topics": weighted(topic_loss(topics, batch.topic_right), batch.topic_weight) / (size * scales.topics),
    }
    if (batch.certainty != IGNORE).any():
        total = functional.cross_entropy(certainty, batch.certainty, ignore_index=IGNORE, reduction="sum")
        losses["certainty"] = total / (size * scales.certainty)
    if len(batch.mention_row) > 0:
        logits = torch.einsum("mt,mtc->mc", batch.mention_span, tokens[batch.mention_row])
        total = functional.cross_entropy(logits, batch.mention_label, label_smoothing=smoothing, reduction="sum")
        losses["mention"] = total / (size * scales.mention)
    return losses


def teacher_losses(outputs: tuple[torch.Tensor, ...], batch: Batch, temperature: float, scales: Scales) -> dict[str, torch.Tensor]:
    """Divergence from the teachers' softened answers (Hinton et al. 2015), scaled so that its gradient does not fall with the temperature.

    They answer for every row about text and topics, and for every company: rows count alike there.
    """
    sentiment, _, topics, _, tokens = (output.float() for output in outputs)
    size = len(batch.input_ids)
    pairs = {"sentiment": (sentiment, batch.teacher.sentiment, size), "topics": (topics, batch.teacher.topics, size)}
    if len(batch.mention_row) > 0:
        ours = torch.einsum("mt,mtc->mc", batch.mention_span, tokens[batch.mention_row])
        pairs["mention"] = (ours, batch.teacher.mentions, size * scales.mention)
    return {
        name: temperature**2
        * functional.kl_div(functional.log_softmax(ours / temperature, 1), functional.softmax(theirs / temperature, 1), reduction="sum")
        / count
        for name, (ours, theirs, count) in pairs.items()
    }


def sentiment_loss(logits: torch.Tensor, batch: Batch, smoothing: float) -> torch.Tensor:
    """[B]: -log P(right | allowed), so that a set without neutral rows says nothing about neutral ones."""
    floor = torch.finfo(logits.dtype).min
    allowed = logits.masked_fill(~batch.sentiment_allowed, floor).logsumexp(1)
    right = logits.masked_fill(~batch.sentiment_right, floor).logsumexp(1)
    log_all = (logits - allowed.unsqueeze(1)).masked_fill(~batch.sentiment_allowed, 0).sum(1)
    uniform = -log_all / batch.sentiment_allowed.sum(1).clamp(min=1)
    return (1 - smoothing) * (allowed - right) + smoothing * uniform


def topic_loss(logits: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """[B]: sigmoid loss, as a text may have several topics, and softmax loss, as the first one must stand out."""
    several = functional.binary_cross_entropy_with_logits(logits, right, reduction="none").sum(1)
    log_first = logits.masked_fill(right == 0, torch.finfo(logits.dtype).min).logsumexp(1)
    return 0.5 * several + 0.5 * (logits.logsumexp(1) - log_first)


def weighted(losses: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    # Rows without a lesson may hold anything, infinities too; times 0 these would be no number.
    used = weights > 0
    return (losses[used] * weights[used]).sum()
