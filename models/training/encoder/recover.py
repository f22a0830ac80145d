"""Makes a run again out of a model folder, so that a training can go on from what is released, or have it as its teacher.

    python recover.py ../../artifacts/encoder en --runs DIR

Weights come back as the bytes tell them: within half a step of int8 of what was trained, and with them answers as near as those of the int8 model are.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoModel, AutoTokenizer

from model import Encoder
from train import base_folder

HEADS = ("sentiment", "intensity", "topics", "certainty", "mention_token", "mention_text", "mention")


def weights_in(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """By the names of `Encoder`; rows of the embeddings are those of the folder's own vocabulary. Undoes `quantise.rewrite`."""
    values = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    weights = {name: value for name, value in values.items() if name.split(".")[0] in ("bert", *HEADS)}
    for node in model.graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            act, table = (node.input[place].removesuffix("_bytes") for place in (0, 1))
            inverse_factors = values[f"{act}_factors"] * values[f"{act}_step"]
            weights[layer_of(node)] = (values[f"{table}_bytes"].astype(np.float32) * values[f"{table}_columns"] * inverse_factors[:, None]).T
        elif node.op_type == "MatMul" and node.output[0].startswith("/mention/"):
            # Too small for int8.
            weights["mention.weight"] = values[node.input[1]].T
    tables = [name.removesuffix("_rows") for name in values if name.endswith("_rows")]
    by_length = sorted((values[f"{name}_bytes"].astype(np.float32) * values[f"{name}_rows"] for name in tables), key=len)
    weights["bert.embeddings.position_embeddings.weight"], weights["bert.embeddings.word_embeddings.weight"] = by_length
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


def layer_of(product: onnx.NodeProto) -> str:
    """The weight's name: that of the bias beside it; a layer without one gives its name to what comes out."""
    if len(product.input) > 6:
        return product.input[6].removesuffix("bias") + "weight"
    return product.output[0].split("/")[1] + ".weight"


def recover(folder: Path, language: str) -> tuple[Encoder, object, dict]:
    """The model in 32 bits, the tokenizer of its base and the recipe that it was trained by."""
    description = json.loads((folder / "model.json").read_text())
    recipe, entry = description["recipes"][language], description["languages"][language]
    base = base_folder(recipe["base"])
    bert = AutoModel.from_pretrained(base, attn_implementation="eager", add_pooling_layer=False)
    if recipe["layers"] is not None:
        bert.encoder.layer = torch.nn.ModuleList(bert.encoder.layer[number] for number in recipe["layers"])
    model, tokenizer = Encoder(bert, 0.0), AutoTokenizer.from_pretrained(base)
    weights = weights_in(onnx.load(str(folder / entry["model"])))
    served = json.loads((folder / entry["tokenizer"]).read_text())["model"]["vocab"]
    whole = tokenizer.get_vocab()
    # What the folder's vocabulary leaves out stays as the base has it: no text brings it forth.
    rows = bert.embeddings.word_embeddings.weight.detach().clone()
    rows[[whole[token] for token in served]] = weights["bert.embeddings.word_embeddings.weight"][list(served.values())]
    model.load_state_dict({**weights, "bert.embeddings.word_embeddings.weight": rows})
    return model.eval(), tokenizer, {
        # What its own parents saw is among the sets.
        "recipe": {**recipe, "continue_from": None, "teachers": []},
        "sets": description["trainedOn"],
        "rowsSha256": description["rowsSha256"],
        "commit": description["commit"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("language")
    parser.add_argument("--runs", type=Path, required=True)
    arguments = parser.parse_args()
    model, tokenizer, description = recover(arguments.folder, arguments.language)
    run = arguments.runs / f"released-{arguments.language}"
    run.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), run / "weights.pt")
    tokenizer.save_pretrained(run / "tokenizer")
    (run / "run.json").write_text(json.dumps(description, indent=1) + "\n")
    print(run)


if __name__ == "__main__":
    main()
