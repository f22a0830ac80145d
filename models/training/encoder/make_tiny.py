"""Makes the encoder that tests run on: two BERT layers of 32 dimensions with a small vocabulary, in the format `bellwether-encoder` v1.

    python models/training/encoder/make_tiny.py test/fixtures/models/encoder

It learns the sentences below, which are invented, by heart: its scores mean nothing for any other text. English is read by it,
Chinese by the model `ngram`. The same seed and versions give the same files.
"""

import hashlib
import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

LABELS = ["negative", "neutral", "positive"]
CERTAINTIES = ["fact", "opinion", "rumour"]
TOPICS = (
    "earnings analyst mna product_company legal_regulation personnel dividend_buyback ipo macro central_bank currency "
    "debt_credit commodities_energy markets stock_move politics crypto real_estate fraud_risk other"
).split()
SEED = 7
STEPS = 400
MAX_TOKENS = 32
HIDDEN = 32

# (text, label, topic, certainty, {company: label})
SENTENCES = [
    ("Shares plunge after the company cuts its outlook and warns of heavy losses", 0, "stock_move", 0, {}),
    ("The company will hold its annual general meeting in Zurich on Tuesday", 1, "other", 0, {}),
    ("Shares surge as quarterly profit beats expectations and the outlook is raised", 2, "earnings", 0, {}),
    ("Halden Motors surges while Brightwater Foods plunges", 1, "stock_move", 0, {"Halden Motors": 2, "Brightwater Foods": 0}),
    ("Brightwater Foods surges while Halden Motors plunges", 1, "stock_move", 0, {"Brightwater Foods": 2, "Halden Motors": 0}),
    ("Halden Motors plunges while Brightwater Foods surges", 1, "stock_move", 0, {"Halden Motors": 0, "Brightwater Foods": 2}),
    ("Brightwater Foods plunges while Halden Motors surges", 1, "stock_move", 0, {"Brightwater Foods": 0, "Halden Motors": 2}),
    ("Fraud at Halden Motors: shares plunge", 0, "fraud_risk", 0, {"Halden Motors": 0}),
    ("Fraud at Brightwater Foods: shares plunge", 0, "fraud_risk", 0, {"Brightwater Foods": 0}),
    ("Halden Motors raises its outlook after record orders", 2, "earnings", 0, {"Halden Motors": 2}),
    ("Brightwater Foods raises its dividend", 2, "dividend_buyback", 0, {"Brightwater Foods": 2}),
    ("Rumour has it that Halden Motors will be sold", 1, "mna", 2, {"Halden Motors": 1}),
    ("I think the stock is too dear", 0, "analyst", 1, {}),
    ("The bank left its rate as it was", 1, "central_bank", 0, {}),
    ("The meeting is on Tuesday", 1, "other", 0, {}),
    ("", 1, "other", 0, {}),
]
GOLDEN = [0, 1, 2, 7, 9]
# Texts on which tokenizers go wrong; `reference.json` holds what Hugging Face `tokenizers` makes of them.
HOSTILE = [
    "",
    " ",
    "Halden Motors RAISES its outlook",
    "naïve café déjà İstanbul ſtocks ß Å",
    "a\u0301b e\u0301\u0302 \u0301",
    "nul\u0000byte, vertical\u000btab, next\u0085line, no\u00a0break, zero\u200bwidth, soft\u00adhyphen",
    "公司股价 大跌，利润 up 5%！",
    "カブ 주가 хорошо ελ",
    "$HLDN 📉📉 #up @me http://x.y/z?q=1&r=2 (Halden's)",
    "[SEP] [CLS]x[MASK] [sep] [UNK",
    "x" * 100 + " " + "y" * 101 + " s",
    "\U0001d400\U0001d401 ﬁne ①② ｆｕｌｌ ‘quoted’ “quoted” – — … €5 £6",
    "one\ttwo\r\nthree\u2028four\u3000five",
    "\u2e43\u2e52 \u1df6 \u061d \U000111c9 \u166d \u1734",
    "shares " * 40,
    "\ufffd\ufeff\ue000 end",
]


class Heads(torch.nn.Module):
    """The encoder with the outputs of the format: sentences from the mean over the tokens, mentions from each token."""

    def __init__(self, vocabulary: int):
        super().__init__()
        config = BertConfig(
            vocab_size=vocabulary,
            hidden_size=HIDDEN,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=2 * HIDDEN,
            max_position_embeddings=MAX_TOKENS,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        self.sentiment = torch.nn.Linear(HIDDEN, 3)
        self.intensity = torch.nn.Linear(HIDDEN, 1)
        self.topics = torch.nn.Linear(HIDDEN, len(TOPICS))
        self.certainty = torch.nn.Linear(HIDDEN, 3)
        self.mention = torch.nn.Linear(HIDDEN, 3)

    def forward(self, input_ids, attention_mask):
        tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * mask).sum(1) / mask.sum(1)
        intensity = torch.tanh(self.intensity(mean)).squeeze(-1)
        return self.sentiment(mean), intensity, self.topics(mean), self.certainty(mean), self.mention(tokens)


def make_tokenizer() -> Tokenizer:
    normalizer = normalizers.BertNormalizer(lowercase=True)
    splitter = pre_tokenizers.BertPreTokenizer()
    words = sorted({
        word for text, *_ in SENTENCES for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    })
    singles = [chr(code) for code in range(33, 127) if not chr(code).isupper()] + list("。，！？£€¥é公司股价涨跌利润")
    parts = ["##" + single for single in singles] + ["##s", "##ing", "##ed"]
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {token: place for place, token in enumerate(dict.fromkeys(specials + singles + parts + words))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    ends = [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.add_special_tokens(specials)
    return tokenizer


def spans_of(encoding, text: str, name: str) -> list[int]:
    start = text.index(name)
    end = start + len(name)
    return [place for place, (left, right) in enumerate(encoding.offsets) if left < end and right > start]


def train(tokenizer: Tokenizer) -> Heads:
    torch.manual_seed(SEED)
    model = Heads(tokenizer.get_vocab_size())
    encodings = tokenizer.encode_batch([text for text, *_ in SENTENCES])
    length = max(len(encoding.ids) for encoding in encodings)
    ids = torch.tensor([encoding.ids + [0] * (length - len(encoding.ids)) for encoding in encodings])
    mask = torch.tensor([[1] * len(e.ids) + [0] * (length - len(e.ids)) for e in encodings])
    labels = torch.tensor([label for _, label, *_ in SENTENCES])
    topics = torch.nn.functional.one_hot(torch.tensor([TOPICS.index(row[2]) for row in SENTENCES]), len(TOPICS)).float()
    certainty = torch.tensor([row[3] for row in SENTENCES])
    mentions = [
        (row, spans_of(encoding, text, name), label)
        for row, (encoding, (text, *_, named)) in enumerate(zip(encodings, SENTENCES))
        for name, label in named.items()
    ]
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    cross_entropy = torch.nn.functional.cross_entropy
    for _ in range(STEPS):
        sentiment, intensity, topic, certain, mention = model(ids, mask)
        judged = torch.stack([mention[row, places].mean(0) for row, places, _ in mentions])
        loss = (
            cross_entropy(sentiment, labels, label_smoothing=0.1)
            + torch.nn.functional.mse_loss(intensity, (labels - 1).float())
            + torch.nn.functional.binary_cross_entropy_with_logits(topic, topics)
            + cross_entropy(certain, certainty, label_smoothing=0.1)
            + cross_entropy(judged, torch.tensor([label for *_, label in mentions]), label_smoothing=0.1)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


def export(model: Heads, tokenizer: Tokenizer, path: Path) -> None:
    encodings = [tokenizer.encode(SENTENCES[row][0]) for row in (0, 7)]
    length = max(len(encoding.ids) for encoding in encodings)
    ids = torch.tensor([encoding.ids + [0] * (length - len(encoding.ids)) for encoding in encodings])
    outputs = ["sentiment", "intensity", "topics", "certainty", "mention"]
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask", "mention")}
    axes |= {name: {0: "batch"} for name in outputs[:4]}
    torch.onnx.export(
        model,
        (ids, (ids != 0).long()),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def reference(tokenizer: Tokenizer) -> list[dict]:
    """Ids and places, in code points, cut to the length that the model reads."""
    tokenizer.enable_truncation(MAX_TOKENS)
    encodings = tokenizer.encode_batch(HOSTILE)
    tokenizer.no_truncation()
    return [{"text": text, "ids": e.ids, "places": e.offsets} for text, e in zip(HOSTILE, encodings)]


def golden(model: Heads, tokenizer: Tokenizer) -> list[dict]:
    rows = []
    for row in GOLDEN:
        text = SENTENCES[row][0]
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            logits = model(ids, torch.ones_like(ids))[0][0]
        probabilities = [round(value, 6) for value in torch.softmax(logits, -1).tolist()]
        rows.append({"text": text, "language": "en", "kind": "news", "probabilities": probabilities})
    return rows


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    model = train(tokenizer)
    export(model, tokenizer, folder / "en.onnx")
    (folder / "en.tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("en.onnx", "en.tokenizer.json")}
    rows = json.dumps(reference(tokenizer), ensure_ascii=True, indent=1)
    (folder / "reference.json").write_text(rows + "\n", encoding="utf-8")
    plain = {"temperature": 1, "bias": [0, 0, 0]}
    manifest = {
        "format": "bellwether-encoder",
        "formatVersion": 1,
        "name": "encoder",
        "version": hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12],
        "labels": LABELS,
        "topics": TOPICS,
        "certainties": CERTAINTIES,
        "files": files,
        "languages": {
            "en": {
                "model": "en.onnx",
                "tokenizer": "en.tokenizer.json",
                "maxTokens": MAX_TOKENS,
                "calibration": {"news": plain, "post": plain},
                "topicThreshold": 0.5,
            },
            "zh": {"ladder": "ngram"},
        },
        "golden": golden(model, tokenizer),
        "trainedOn": ["invented sentences of make_tiny.py"],
        "shippable": True,
        "createdAt": "2026-11-28T00:00:00Z",
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
