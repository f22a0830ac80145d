"""Compares ways of fine-tuning on a part of the rows, and prints a table.

    python compare.py recipes/compare-en.json --rows DIR --runs DIR [--share 0.33] [--threads N]

Two trainings for each way: from the base on all sets (quality, share that is trained, time, memory), and from a model that knows the
old sets on our own texts alone (what of the old sets is forgotten). Each training is a run with a name of its own; those that are
there, of the same rows and recipe, are not run again, so an interrupted comparison goes on where it stopped. Figures are those of the
fold that no run learns from.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from figures import evaluate_rows
from registry import write_run
from rows import hash_rows, read_rows
from train import DEFAULTS, train

NEW_SET = "own"


def variants(recipe: dict) -> dict[str, dict]:
    """What changes in each line of the table."""
    ways = {way: {"method": way, **recipe["methods"][way]} for way in recipe["methods"]}
    rates = {f"full, rate {rate:g}": {"rate": rate} for rate in recipe["rates"]}
    return {**ways, **rates, "full, Adafactor": {"optimiser": "adafactor"}, "full, 2 batches a step": {"accumulate": 2}}


def finished(runs: Path, name: str, recipe: dict, rows_sha256: str) -> Path | None:
    """The newest run of this name that came to its end, if it is of these rows and this recipe."""
    wanted = {"name": name, "recipe": json.loads(json.dumps(recipe)), "rowsSha256": rows_sha256}
    found = [
        folder
        for folder in sorted(runs.glob(f"*-{name}"))
        if (folder / "weights.pt").exists() and wanted.items() <= described(folder).items()
    ]
    return found[-1] if found else None


def run_once(name: str, recipe: dict, rows: list[dict], runs: Path) -> Path:
    rows_sha256 = hash_rows(rows)
    folder = finished(runs, name, recipe, rows_sha256)
    if folder is not None:
        return folder
    print(f"{name} …", flush=True)
    model, tokenizer, summary = train(recipe, rows, lambda words: print(f"  {words}", flush=True))
    watched = [row for row in rows if row["language"] == recipe["language"] and row["fold"] == recipe["fold"]]
    figures = {"fold": evaluate_rows(model, tokenizer, watched, recipe)}
    folder = write_run(runs, name, recipe, rows_sha256, summary, figures)
    torch.save(model.state_dict(), folder / "weights.pt")
    return folder


def described(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def mean_of(figures: dict, sets: list[str], key: str) -> float:
    values = [figures[name][key] for name in sets if key in figures.get(name, {})]
    return sum(values) / len(values)


def slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "." else "-" for letter in name).lower()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--share", type=float, default=1 / 3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = json.loads(arguments.recipe.read_text())
    base = {**DEFAULTS, **recipe["base"], "share": arguments.share}
    rows = read_rows(arguments.rows / "train.jsonl")
    old = [row for row in rows if row["set"] in recipe["old_sets"]]
    new = [row for row in rows if row["set"] == NEW_SET or row["fold"] == base["fold"]]
    prefix = slug(f"compare-{base['language']}-{arguments.share:.2f}")
    before = run_once(f"{prefix}-old-sets", base, old, arguments.runs)
    known = described(before)["figures"]["fold"]
    lines = []
    for name, change in variants(recipe).items():
        settings = {**base, **change}
        quality = described(run_once(f"{prefix}-{slug(name)}", settings, rows, arguments.runs))
        later = described(run_once(f"{prefix}-{slug(name)}-later", {**settings, "continue_from": str(before)}, new, arguments.runs))
        lines.append(line_of(name, quality, later, known, recipe["old_sets"]))
    sets = sorted(name for name, figure in quality["figures"]["fold"].items() if "macroF1" in figure or "topicF1" in figure)
    print_table(lines, sets)


def line_of(name: str, quality: dict, later: dict, known: dict, old_sets: list[str]) -> dict:
    forgotten = mean_of(known, old_sets, "macroF1") - mean_of(later["figures"]["fold"], old_sets, "macroF1")
    return {
        "name": name,
        "figures": {
            key: figure.get("macroF1", figure.get("topicF1")) for key, figure in quality["figures"]["fold"].items()
        },
        "trained": quality["trainable"] / quality["parameters"],
        "seconds": quality["seconds"],
        "megabytes": quality["mostMemoryMegabytes"],
        "forgotten": forgotten,
    }


def print_table(lines: list[dict], sets: list[str]) -> None:
    """Macro-F1 of the sentiment by set, of the topics for sets that have only these."""
    print("| way | " + " | ".join(sets) + " | trained | s | MB, most | forgotten, points |")
    print("|---" * (len(sets) + 5) + "|")
    for line in lines:
        cells = [f"{line['figures'][name]:.3f}" if line["figures"].get(name) is not None else "–" for name in sets]
        rest = [f"{line['trained']:.1%}", f"{line['seconds']}", f"{line['megabytes']}", f"{100 * line['forgotten']:.1f}"]
        print(f"| {line['name']} | " + " | ".join(cells + rest) + " |")


if __name__ == "__main__":
    main()
