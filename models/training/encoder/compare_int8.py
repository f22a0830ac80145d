"""What int8 costs: macro-F1 of a run in 32 bits less that of the folder made from it, for the release list.

    python compare_int8.py RUN --artefact ../../artifacts/encoder --sha256 HASH --rows DIR --figures FILE

HASH is what `bellwether models list --json` says of the model. FILE is read by `bellwether evaluate --gate --figures FILE`.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from figures import predict
from rows import SENTIMENTS, read_rows, shown
from train import load_run
from write_artefact import OnnxEncoder, is_three_class

FIGURE = "int8 against fp32, macro-F1 points"
# Below so many rows a set's own noise is larger than what is looked for.
MIN_ROWS = 400


def lost_points(rows: list[dict], exact: np.ndarray, rounded: np.ndarray) -> dict[str, tuple[float, int]]:
    """By set with at least MIN_ROWS rows: points of macro-F1 that are lost, and texts whose label differs. `exact`, `rounded` are logits [N, 3]."""
    truth = np.array([SENTIMENTS.index(row["sentiment"]["right"][0]) for row in rows])
    sets = np.array([row["set"] for row in rows])
    lost = {}
    for name in sorted(set(sets)):
        at = sets == name
        if at.sum() < MIN_ROWS:
            continue
        before, after = (f1_score(truth[at], logits[at].argmax(1), average="macro") for logits in (exact, rounded))
        lost[name] = (100 * (before - after), int((exact[at].argmax(1) != rounded[at].argmax(1)).sum()))
    return lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--artefact", type=Path, required=True)
    parser.add_argument("--sha256", type=sha256_hex, required=True)
    parser.add_argument("--rows", type=Path, required=True, help="its dev part is judged")
    parser.add_argument("--figures", type=Path, required=True)
    arguments = parser.parse_args()
    model, tokenizer, description = load_run(arguments.run)
    recipe = description["recipe"]
    entry = json.loads((arguments.artefact / "model.json").read_text())["languages"][recipe["language"]]
    rows = [row for row in read_rows(arguments.rows / "dev.jsonl") if row["language"] == recipe["language"] and is_three_class(row)]
    exact = predict(model, tokenizer, shown(rows, recipe), recipe["max_tokens"])["sentiment"]
    rounded = OnnxEncoder(arguments.artefact / entry["model"], tokenizer_of(arguments.artefact / entry["tokenizer"]), recipe).sentiment(
        [row["text"] for row in rows]
    )
    lost = lost_points(rows, exact, rounded)
    for name, (points, changed) in lost.items():
        print(f"{name}: {points:+.2f} points, {changed} labels differ")
    file = {
        "sha256": arguments.sha256,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "command": f"python compare_int8.py {' '.join(sys.argv[1:])}",
        "figures": {FIGURE: max(points for points, _ in lost.values())},
    }
    arguments.figures.write_text(json.dumps(file, indent=1) + "\n")


def sha256_hex(words: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", words):
        raise argparse.ArgumentTypeError("64 hex digits, model.sha256 of `bellwether models list --json`")
    return words


def tokenizer_of(path: Path):
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(tokenizer_file=str(path))


if __name__ == "__main__":
    main()
