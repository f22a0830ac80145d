"""Temperature by kind of text: softmax(logits / temperature)."""

from __future__ import annotations

import numpy as np
import torch

KINDS = ["news", "post"]
# Below so many rows a kind takes the calibration of all.
MIN_ROWS = 150


def calibrate(logits: np.ndarray, labels: np.ndarray, kinds: np.ndarray) -> dict[str, dict]:
    """Fitted by maximum likelihood (Guo et al. 2017) on rows that were not learned from.

    `logits` [N, 3], `labels` [N] classes, `kinds` [N] names.
    """
    every = fit(logits, labels)
    return {
        kind: fit(logits[kinds == kind], labels[kinds == kind]) if (kinds == kind).sum() >= MIN_ROWS else every
        for kind in KINDS
    }


def fit(logits: np.ndarray, labels: np.ndarray) -> dict:
    """A bias by class, which the format allows, was worth nothing on the fold and costs recall of the negative class: it stays 0."""
    scores = torch.tensor(logits, dtype=torch.float64)
    truth = torch.tensor(labels)
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_temperature], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(scores / log_temperature.exp(), truth)
        loss.backward()
        return loss

    optimiser.step(closure)
    return {"temperature": float(log_temperature.detach().exp()), "bias": [0.0] * scores.shape[1]}
