"""python -m pytest models/training/encoder (in the trainers' environment, with pytest)"""

from __future__ import annotations

import copy
import hashlib
import json
import math

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from augment import augment
from bench_torch import bench, parse, to_batches
from calibrate import fit
from compare import finished
from compare_int8 import lost_points
from export import export_onnx
from fetch_base import weights_of
from figures import calibration_error, softmax
from model import Encoder, loss_of, teacher_losses
from quantise import quantise
from recover import weights_in
from registry import ancestors
from rows import SENTIMENTS, Scales, as_read, hash_rows, is_in_share, scales_of, to_batch, tokenise, tokens_of
from train import Best, learning_rate
from tuning import merged, tune
from vocabulary import without_unreachable
from write_artefact import joined, kept_languages, require_shippable, rows_of, share, version_of


def tiny() -> BertModel:
    torch.manual_seed(3)
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    return BertModel(config, add_pooling_layer=False).eval()


def row(ids: list[int], **lessons) -> dict:
    empty = {"set": "own", "sentiment": None, "topics": None, "score": None, "certainty": None, "mentions": []}
    return {**empty, "ids": ids, **lessons}


def sentiment(right: list[str], allowed: list[str] = SENTIMENTS, weight: float = 1.0) -> dict:
    return {"right": right, "allowed": allowed, "weight": weight}


def test_rate_rises_and_falls_along_lines():
    factors = [learning_rate(step, 100, 0.1) for step in range(100)]
    assert factors[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert factors[10:] == pytest.approx([(100 - step) / 90 for step in range(10, 100)])


def test_padding_changes_nothing():
    model = Encoder(tiny(), 0.0).eval()
    short = [2, 7, 9, 3]
    alone = to_batch([row(short)], 0, {})
    beside = to_batch([row(short), row(list(range(2, 14)))], 0, {})
    with torch.no_grad():
        ours = model(alone.input_ids, alone.attention_mask)
        padded = model(beside.input_ids, beside.attention_mask)
    for one, many in zip(ours, padded, strict=True):
        assert torch.allclose(one[0], many[0][: len(short)] if many.dim() == 3 else many[0], atol=1e-6)


def test_binary_rows_say_nothing_of_neutral():
    batch = to_batch([row([2, 3], sentiment=sentiment(["negative"], ["negative", "positive"]))], 0, {})
    outputs = [torch.tensor([[1.0, 5.0, 0.0]], requires_grad=True), torch.zeros(1), torch.zeros(1, 20), torch.zeros(1, 3), torch.zeros(1, 2, 3)]
    loss = loss_of(tuple(outputs), batch, 0.0, Scales())["sentiment"]
    loss.backward()
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-1)), abs=1e-6)
    assert outputs[0].grad[0, 1] == 0


def test_rows_without_lessons_have_no_loss():
    model = Encoder(tiny(), 0.0)
    batch = to_batch([row([2, 5, 3])], 0, {})
    losses = loss_of(model(batch.input_ids, batch.attention_mask), batch, 0.1, Scales())
    assert all(loss.item() == 0 for loss in losses.values())


def test_small_batches_added_up_equal_a_large_one():
    rows = [row([2, n, n + 1, 3], sentiment=sentiment([SENTIMENTS[n % 3]])) for n in range(5, 13)]
    gradients = []
    for size in (8, 2):
        model = Encoder(tiny(), 0.0)
        torch.manual_seed(5)
        torch.nn.init.normal_(model.sentiment.weight)
        for start in range(0, 8, size):
            batch = to_batch(rows[start : start + size], 0, {})
            (loss_of(model(batch.input_ids, batch.attention_mask), batch, 0.0, Scales())["sentiment"] * size / 8).backward()
        gradients.append(model.sentiment.weight.grad.clone())
    assert torch.allclose(gradients[0], gradients[1], atol=1e-6)


def test_a_row_counts_alike_in_every_batch():
    taught = [row([2, n, 3], sentiment=sentiment([SENTIMENTS[n % 3]], weight=weight)) for n, weight in ((5, 2.0), (6, 0.5), (7, 1.0))]
    rows = [*taught, *(row([2, n, 3]) for n in range(8, 13))]
    scales = scales_of(rows, {})
    assert scales.sentiment == pytest.approx(3.5 / 8)
    model = Encoder(tiny(), 0.0)
    torch.nn.init.normal_(model.sentiment.weight)

    def loss(some: list[dict]) -> float:
        batch = to_batch(some, 0, {})
        return loss_of(model(batch.input_ids, batch.attention_mask), batch, 0.0, scales)["sentiment"].item() * len(some) / 8

    # The one row of a batch that teaches something used to count as much as the two of the other together.
    assert loss(rows[:1] + rows[3:]) + loss(rows[1:3]) == pytest.approx(loss(rows), abs=1e-6)


def test_an_address_is_one_token_and_places_stay():
    text = "Acme wins https://t.co/aB3 and http://x.cn/q?a=1，好"
    assert as_read(text, False) == text
    read = as_read(text, True)
    assert read.split() == ["Acme", "wins", "http", "and", "http", "，好"]
    assert (len(read), read.index("and")) == (len(text), text.index("and"))


def test_chinese_slips_leave_names_figures_and_what_decides():
    text = "砚溪精密公告称，公司与客户在华东签订合同，净利润未下降，同比增长12.5%"
    one = {"text": text, "language": "zh", "set": "own", "entities": [{"name": "砚溪精密", "sentiment": "positive"}]}
    changed = [augment([one], {"slips": 1.0}, seed)[0]["text"] for seed in range(60)]
    assert all(other != text for other in changed)
    assert all("砚溪精密" in other and "未下降" in other and "增长" in other and "12.5%" in other for other in changed)


@pytest.mark.parametrize("method", ["adapter", "lora", "adalora", "prefix"])
def test_the_frozen_part_stays_bit_for_bit(method: str):
    bert = tiny()
    before = {name: value.clone() for name, value in bert.state_dict().items()}
    model = Encoder(tune(copy.deepcopy(bert), method, {}, 10), 0.0)
    learned = [value for value in model.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learned, 1e-2)
    batch = to_batch([row([2, 5, 3], sentiment=sentiment(["negative"]))], 0, {})
    for _ in range(3):
        loss_of(model(batch.input_ids, batch.attention_mask), batch, 0.0, Scales())["sentiment"].backward()
        optimiser.step()
        optimiser.zero_grad()
    after = model.bert.state_dict()
    kept = 0
    for name, value in before.items():
        found = [other for key, other in after.items() if plain(key) == name]
        assert len(found) == 1, name
        kept += int(torch.equal(found[0], value))
    assert kept == len(before)
    assert sum(value.numel() for value in model.bert.parameters() if value.requires_grad) < 0.7 * sum(v.numel() for v in before.values())


def plain(key: str) -> str:
    """The name that a weight had before something was put around it."""
    for part in ("base_model.model.", "base_model.", "base_layer."):
        key = key.replace(part, "")
    return key.replace("dense.0.", "dense.")


def test_merged_lora_answers_the_same():
    model = Encoder(tune(tiny(), "lora", {}, 10), 0.0)
    for name, value in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.1)
    model.eval()
    batch = to_batch([row([2, 5, 9, 3])], 0, {})
    with torch.no_grad():
        apart = model(batch.input_ids, batch.attention_mask)
        model.bert = merged(model.bert, "lora")
        together = model(batch.input_ids, batch.attention_mask)
    for one, other in zip(apart, together, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_tokens_of_finds_every_place_of_a_name():
    text = "Velm beats Orda, Velm says"
    offsets = [(0, 0), (0, 4), (5, 10), (11, 15), (15, 16), (17, 19), (19, 21), (22, 26), (0, 0)]
    assert tokens_of("Velm", text, offsets) == [1, 5, 6]


def test_calibration_recovers_what_was_put_in():
    random = np.random.default_rng(1)
    logits = random.normal(size=(20_000, 3)) * 2
    chances = softmax(logits / 1.7)
    labels = (random.random((20_000, 1)) > chances.cumsum(1)).sum(1)
    fitted = fit(logits, labels)
    assert fitted["temperature"] == pytest.approx(1.7, abs=0.1)


def test_int8_is_near_and_does_not_depend_on_the_batch(tmp_path):
    config = BertConfig(vocab_size=1_000, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128)
    torch.manual_seed(3)
    model = Encoder(BertModel(config, add_pooling_layer=False).eval(), 0.0).eval()
    export_onnx(model, tmp_path / "fp32.onnx")
    random = np.random.default_rng(1)
    texts = [random.integers(5, 1_000, random.integers(4, 30)).tolist() for _ in range(40)]
    quantise(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", texts)
    fp32, int8 = (onnxruntime.InferenceSession(str(tmp_path / name), providers=["CPUExecutionProvider"]) for name in ("fp32.onnx", "int8.onnx"))
    ids = np.zeros((len(texts), 30), dtype=np.int64)
    mask = np.zeros_like(ids)
    for index, text in enumerate(texts):
        ids[index, : len(text)], mask[index, : len(text)] = text, 1
    together = int8.run(["sentiment"], {"input_ids": ids, "attention_mask": mask})[0]
    for index, text in enumerate(texts):
        given = {"input_ids": np.array([text], dtype=np.int64), "attention_mask": np.ones((1, len(text)), dtype=np.int64)}
        assert int8.run(["sentiment"], given)[0][0] == pytest.approx(together[index], abs=1e-5)
        assert fp32.run(["sentiment"], given)[0][0] == pytest.approx(together[index], abs=0.02)


def test_calibration_error_of_equal_mass_bins():
    assert calibration_error(np.array([0.9] * 10), np.array([True] * 9 + [False]), bins=1) == pytest.approx(0.0)
    assert calibration_error(np.array([0.6, 0.6, 1.0, 1.0]), np.array([True, False, True, True]), bins=2) == pytest.approx(0.05)


def test_a_small_share_lies_within_a_larger_one():
    rows = [{"text": str(n)} for n in range(2_000)]
    small = [row for row in rows if is_in_share(row, 0.2)]
    large = [row for row in rows if is_in_share(row, 0.6)]
    assert all(row in large for row in small)
    assert len(small) == pytest.approx(400, abs=60)
    assert all(is_in_share(row, 1.0) for row in rows)


def test_early_stopping_gives_the_best_weights_back():
    model = torch.nn.Linear(1, 1)
    best = Best(patience=1)
    torch.nn.init.constant_(model.weight, 1.0)
    assert not best.is_over(0.5, model)
    torch.nn.init.constant_(model.weight, 2.0)
    assert best.is_over(0.7, model)
    best.copy_to(model)
    assert model.weight.item() == 1.0


def test_a_student_has_no_loss_where_it_answers_as_its_teachers():
    model = Encoder(tiny(), 0.0).eval()
    rows = [row([2, 7, 9, 3], mentions=[([1], 0)], seen=[1]), row([2, 11, 3], seen=[])]
    plain = to_batch(rows, 0, {})
    with torch.no_grad():
        outputs = model(plain.input_ids, plain.attention_mask)
        mention = torch.einsum("mt,mtc->mc", plain.mention_span, outputs[4][plain.mention_row]).numpy()
    lessons = [{1: mention[0]}, {}]
    same = [
        {**one, "teacher": (outputs[0][index].numpy(), outputs[2][index].numpy(), lessons[index])} for index, one in enumerate(rows)
    ]
    other = [{**one, "teacher": (np.array([3.0, 0, 0], dtype=np.float32), *one["teacher"][1:])} for one in same]
    agreeing, differing = (teacher_losses(outputs, to_batch(some, 0, {}), 2.0, Scales()) for some in (same, other))
    assert [value.item() for value in agreeing.values()] == pytest.approx([0, 0, 0], abs=1e-6)
    assert differing["sentiment"].item() > 0.1


def test_a_mention_of_which_the_teachers_say_nothing_is_left_out():
    entities = [{"name": "Ab", "sentiment": "positive"}, {"name": "cd", "sentiment": "negative"}]
    lesson = (np.zeros(3), np.zeros(20), {1: np.zeros(3)})

    def tokenizer(texts, **_):
        return {"input_ids": [[2, 5, 6, 3]], "offset_mapping": [[(0, 0), (0, 2), (3, 5), (0, 0)]]}

    known = {"text": "Ab cd", "entities": entities}
    assert tokenise([known], tokenizer, 8)[0]["mentions"] == [([1], 2), ([2], 0)]
    taught = tokenise([{**known, "teacher": lesson}], tokenizer, 8)[0]
    assert (taught["mentions"], taught["seen"]) == ([([2], 0)], [1])


def test_augmented_rows_keep_their_labels_and_their_companies():
    rows = [
        {**row([]), "text": f"Halden{n} Motors warns of falling orders while Brightwater{n} Foods raises its outlook", "entities": [
            {"name": f"Halden{n} Motors", "sentiment": "negative"}, {"name": f"Brightwater{n} Foods", "sentiment": "positive"},
        ]}
        for n in range(50)
    ]  # fmt: skip
    changed = augment(rows, {"slips": 1.0, "names": 1.0}, 5)
    assert changed == augment(rows, {"slips": 1.0, "names": 1.0}, 5)
    assert augment(rows, {}, 5) == rows
    for before, after in zip(rows, changed, strict=True):
        assert after["text"] != before["text"]
        assert [entity["sentiment"] for entity in after["entities"]] == ["negative", "positive"]
        assert all(entity["name"] in after["text"] for entity in after["entities"])
    assert sum(after["entities"][0]["name"] != before["entities"][0]["name"] for before, after in zip(rows, changed, strict=True)) > 40


def test_weights_come_back_from_int8(tmp_path):
    config = BertConfig(vocab_size=1_000, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128)
    torch.manual_seed(3)
    model = Encoder(BertModel(config, add_pooling_layer=False).eval(), 0.0).eval()
    # All different, so that a mistaken name would be seen and equal ones are not folded into one.
    for value in model.parameters():
        torch.nn.init.normal_(value, std=0.1)
    export_onnx(model, tmp_path / "fp32.onnx")
    random = np.random.default_rng(1)
    quantise(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", [random.integers(5, 1_000, 20).tolist() for _ in range(20)])
    found = weights_in(onnx.load(str(tmp_path / "int8.onnx")))
    for name, value in model.state_dict().items():
        assert (found[name] - value).norm() / value.norm() < 0.02, name


def test_a_vocabulary_without_what_cannot_occur_reads_texts_as_before(tmp_path):
    words = "[PAD] [unused1] [UNK] [CLS] [SEP] [MASK] 中 ##中 国 ##国 st ##ock a ##b".split()
    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 3), ("[SEP]", 4)])
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    whole = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]")
    model = Encoder(tiny(), 0.0).eval()
    before = copy.deepcopy(model)
    smaller = without_unreachable(model, json.loads(tokenizer.to_str()), tmp_path / "tokenizer.json")
    assert model.bert.embeddings.word_embeddings.num_embeddings == len(smaller) == 11
    for text in ["中国 Stock ab", "x 中a国 [SEP]", ""]:
        old, new = whole(text)["input_ids"], smaller(text)["input_ids"]
        assert whole.convert_ids_to_tokens(old) == smaller.convert_ids_to_tokens(new)
        with torch.no_grad():
            for one, other in zip(read(before, old), read(model, new), strict=True):
                assert torch.equal(one, other)


def read(model: Encoder, ids: list[int]) -> tuple[torch.Tensor, ...]:
    return model(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.int64))


class Exported(BertModel):
    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return super().forward(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def test_weights_are_found_in_an_exported_graph(tmp_path):
    bert = Exported(tiny().config, add_pooling_layer=False).eval()
    # All different, so that a mistaken name would be seen and equal ones are not folded into one.
    for value in bert.parameters():
        torch.nn.init.normal_(value)
    ids = torch.tensor([[2, 7, 3]])
    path = tmp_path / "bert.onnx"
    names = ["input_ids", "attention_mask"]
    torch.onnx.export(bert, (ids, torch.ones_like(ids)), str(path), input_names=names, dynamo=False, opset_version=17)
    found = weights_of(onnx.load(str(path)).graph)
    for name, value in bert.state_dict().items():
        assert np.array_equal(found[name], value.numpy()), name


def test_a_comparison_goes_on_only_with_runs_of_the_same_rows_and_recipe(tmp_path):
    recipe = {"language": "en", "rate": 8e-5, "layers": None}
    for at, rows in (("20260101-000000", "aa"), ("20260102-000000", "bb")):
        folder = tmp_path / f"{at}-compare-full"
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps({"name": "compare-full", "recipe": recipe, "rowsSha256": rows, "steps": 1}))
        (folder / "weights.pt").write_bytes(b"")
    assert finished(tmp_path, "compare-full", recipe, "aa") == tmp_path / "20260101-000000-compare-full"
    assert finished(tmp_path, "compare-full", recipe, "cc") is None
    assert finished(tmp_path, "compare-full", {**recipe, "rate": 1e-4}, "aa") is None
    (tmp_path / "20260101-000000-compare-full" / "weights.pt").unlink()
    assert finished(tmp_path, "compare-full", recipe, "aa") is None


def test_bench_pads_each_batch_to_its_longest_text():
    batches = to_batches([5, 2, 9, 3], 2, "cpu")
    assert sorted(tuple(mask.shape) for _, mask in batches) == [(2, 3), (2, 9)]
    assert sorted(int(mask.sum()) for _, mask in batches) == [5, 14]
    assert all((ids[mask == 0] == 0).all() for ids, mask in batches)


def test_bench_says_what_it_measured():
    arguments = parse(["--models", "encoder", "--kinds", "fp32", "--batches", "1,2", "--seconds", "0"])
    rates = bench(arguments, [4, 6, 5])
    assert [(rate["model"], rate["kind"], rate["batch"]) for rate in rates] == [("encoder", "fp32", 1), ("encoder", "fp32", 2)]
    assert all(rate["textsPerSecond"] > 0 for rate in rates)


def write_run_json(folder, sets: list[str], rows: list[dict] = (), **recipe) -> str:
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"sets": sets, "rowsSha256": hash_rows(list(rows)), "recipe": {"teachers": [], **recipe}}))
    return str(folder)


def test_what_a_run_learned_from_follows_its_parents_and_teachers(tmp_path):
    oldest = write_run_json(tmp_path / "oldest", ["fpb"])
    parent = write_run_json(tmp_path / "parent", ["tfns"], continue_from=oldest)
    teacher = write_run_json(tmp_path / "teacher", ["tfns"])
    run = tmp_path / "run"
    write_run_json(run, ["own"], continue_from=parent, teachers=[teacher])
    assert [one.name for one in ancestors(run)] == ["parent", "teacher", "oldest"]
    with pytest.raises(SystemExit, match="oldest has learned from fpb, which may not be shipped"):
        require_shippable(run, {"own", "tfns"})
    require_shippable(run, {"own", "tfns", "fpb"})


def test_an_artefact_is_made_with_the_rows_of_its_run(tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "train.jsonl").write_text(json.dumps({"text": "a"}) + "\n")
    write_run_json(tmp_path / "run", [], [{"text": "a"}])
    write_run_json(tmp_path / "other", [], [{"text": "b"}])
    assert rows_of(tmp_path / "run", tmp_path / "rows") == [{"text": "a"}]
    with pytest.raises(SystemExit, match="other rows"):
        rows_of(tmp_path / "other", tmp_path / "rows")


def test_points_that_int8_loses_by_set():
    rows = [{"set": name, "sentiment": sentiment([SENTIMENTS[n % 3]])} for name in ("large", "small") for n in range(420 if name == "large" else 30)]
    exact = np.eye(3)[[SENTIMENTS.index(one["sentiment"]["right"][0]) for one in rows]]
    rounded = exact.copy()
    # Every tenth negative text becomes neutral.
    rounded[0:420:30] = np.eye(3)[1]
    lost = lost_points(rows, exact, rounded)
    assert list(lost) == ["large"]
    points, changed = lost["large"]
    # F1: negative 126 of 126 + 14 / 2, neutral 140 of 140 + 14 / 2, positive whole.
    assert (points, changed) == (pytest.approx(100 * (1 - (126 / 133 + 140 / 147 + 1) / 3)), 14)


def test_what_is_kept_is_kept_byte_for_byte_and_its_share_is_part_of_the_version(tmp_path):
    folder, output = tmp_path / "old", tmp_path / "new"
    folder.mkdir(), output.mkdir()
    files = {"zh.onnx": b"weights", "zh.tokenizer.json": b"{}"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    description = {
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "languages": {"en": {"ladder": "ngram"}, "zh": {"model": "zh.onnx", "tokenizer": "zh.tokenizer.json"}},
        "golden": [{"language": "zh", "text": "好"}, {"language": "en", "text": "good"}],
        "recipes": {"zh": {"base": "bge-small-zh"}},
        "trainedOn": ["own"], "rowsSha256": "ab cd", "commit": "ef", "shippable": False,
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(description))
    [kept] = kept_languages(folder, set(), output, shippable=False)
    assert (output / "zh.onnx").read_bytes() == b"weights"
    assert (kept.language, [one["text"] for one in kept.golden], kept.sets) == ("zh", ["好"], {"own"})
    assert kept_languages(folder, {"zh"}, output, shippable=False) == []
    with pytest.raises(SystemExit, match="may not be shipped"):
        kept_languages(folder, set(), output, shippable=True)
    plain_version = version_of(description["files"], [kept])
    kept.entry["blend"] = share("zh=ngram:0.5:1")[1]
    assert kept.entry["blend"] == {"ladder": "ngram", "weight": 0.5, "temperature": 1.0}
    assert version_of(description["files"], [kept]) != plain_version
    assert joined(["ab cd", "cd ef"]) == "ab cd ef"
    (folder / "zh.onnx").write_bytes(b"others")
    with pytest.raises(SystemExit, match="zh.onnx"):
        kept_languages(folder, set(), output, shippable=False)
