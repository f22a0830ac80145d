"""Makes the folder that the service loads out of a run.

    python write_artefact.py RUN --rows DIR --output models/artifacts/encoder [--shippable]

Exports, quantises, calibrates on the fold that was not learned from, and writes model.json with hashes and golden answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime

from calibrate import calibrate
from export import OUTPUTS, export_onnx
from figures import softmax
from quantise import quantise
from rows import CERTAINTIES, SENTIMENTS, TOPICS, read_rows
from train import load_run

GOLDEN = 12
# Texts by which the scales of int8 are found.
SCALED_ON = 240


class OnnxEncoder:
    """Answers text by text, as the service does."""

    def __init__(self, path: Path, tokenizer, max_tokens: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens

    def sentiment(self, texts: list[str]) -> np.ndarray:
        """Logits [N, 3]."""
        encoded = self.tokenizer(texts, truncation=True, max_length=self.max_tokens)["input_ids"]
        return np.concatenate([self.run(ids)["sentiment"] for ids in encoded])

    def run(self, ids: list[int]) -> dict[str, np.ndarray]:
        given = np.array([ids], dtype=np.int64)
        return dict(zip(OUTPUTS, self.session.run(OUTPUTS, {"input_ids": given, "attention_mask": np.ones_like(given)}), strict=True))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--shippable", action="store_true", help="the rows were those of `train rows --sets shippable`")
    arguments = parser.parse_args()
    model, tokenizer, run = load_run(arguments.run)
    language, max_tokens = run["recipe"]["language"], run["recipe"]["max_tokens"]
    output = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    rows = [row for row in read_rows(arguments.rows / "train.jsonl") if row["language"] == language]
    learned = [row["text"] for row in rows if row["fold"] != run["recipe"]["fold"] and row["set"] not in run["recipe"]["without"]]
    some = tokenizer(learned[:: max(1, len(learned) // SCALED_ON)], truncation=True, max_length=max_tokens)["input_ids"]
    with tempfile.TemporaryDirectory() as folder:
        fp32 = Path(folder) / "fp32.onnx"
        export_onnx(model, fp32)
        quantise(fp32, output / f"{language}.onnx", some)
    shutil.copyfile(arguments.run / "tokenizer" / "tokenizer.json", output / f"{language}.tokenizer.json")
    served = OnnxEncoder(output / f"{language}.onnx", tokenizer, max_tokens)
    # Generated sentences are surer than any that people write.
    kept = [row for row in rows if row["fold"] == run["recipe"]["fold"] and is_three_class(row) and row["set"] != "numbers"]
    labels = np.array([SENTIMENTS.index(row["sentiment"]["right"][0]) for row in kept])
    calibration = calibrate(served.sentiment([row["text"] for row in kept]), labels, np.array([row["kind"] for row in kept]))
    own = [row for row in rows if row["set"] == "own"]
    golden = [golden_answer(row, served, calibration) for row in own[:: max(1, len(own) // GOLDEN)][:GOLDEN]]
    files = {name: sha256(output / name) for name in (f"{language}.onnx", f"{language}.tokenizer.json")}
    description = {
        "format": "bellwether-encoder",
        "formatVersion": 1,
        "name": output.name,
        "version": hashlib.sha256("".join(sorted(files.values())).encode()).hexdigest()[:12],
        "labels": SENTIMENTS,
        "topics": TOPICS,
        "certainties": CERTAINTIES,
        "files": files,
        "languages": {
            language: {
                "model": f"{language}.onnx",
                "tokenizer": f"{language}.tokenizer.json",
                "maxTokens": max_tokens,
                "calibration": calibration,
                "topicThreshold": 0.5,
            }
        },
        "golden": golden,
        "trainedOn": sorted({row["set"] for row in rows if row["set"] not in run["recipe"]["without"]}),
        "rowsSha256": run["rowsSha256"],
        "commit": run["commit"],
        "recipe": run["recipe"],
        "shippable": arguments.shippable,
        "createdAt": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    other = "zh" if language == "en" else "en"
    description["languages"][other] = {"ladder": "ngram" if arguments.shippable else "ngram-research"}
    (output / "model.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
    print(f"{output}: version {description['version']}, calibration {calibration}")


def is_three_class(row: dict) -> bool:
    lesson = row["sentiment"]
    return lesson is not None and len(lesson["allowed"]) == 3 and len(lesson["right"]) == 1


def golden_answer(row: dict, served: OnnxEncoder, calibration: dict) -> dict:
    fitted = calibration[row["kind"]]
    scores = served.sentiment([row["text"]]) / fitted["temperature"] + np.array(fitted["bias"])
    chances = [round(float(value), 5) for value in softmax(scores)[0]]
    return {"text": row["text"], "language": row["language"], "kind": row["kind"], "probabilities": chances}


if __name__ == "__main__":
    main()
