"""Compares our tokenizer with Hugging Face `tokenizers`: ids and places, on real texts and on every code point there is.

    npx tsc -p tsconfig.build.json
    python models/training/encoder/check_tokenizer.py TOKENIZER.json FILE.jsonl…

Each row of a file has a field "text". Exit code 1 when the ids of one text differ; places may differ by a character where
combining marks stand in an order of their own. Nothing of the texts is kept.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[3]
MAX_TOKENS = 128
MAX_CHARACTERS = 4096
PER_FILE = 500
OURS = """
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { parseTokenizer } from './dist/models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from './dist/models/encoder/tokenizer/word-piece.js';
const file = process.argv[1];
const tokenizer = createWordPiece(parseTokenizer(readFileSync(file, 'utf8'), file));
const texts = [];
for await (const line of createInterface({ input: process.stdin })) texts.push(JSON.parse(line));
const limits = { maxTokens: %d, maxCharacters: %d };
const before = process.cpuUsage();
const encodings = texts.map((text) => tokenizer.encode(text, limits));
const { user, system } = process.cpuUsage(before);
console.error(`${texts.length} texts, ${Math.round(texts.length / ((user + system) / 1e6))} a second of CPU`);
for (const encoding of encodings) console.log(JSON.stringify(encoding));
""" % (MAX_TOKENS, MAX_CHARACTERS)


def every_code_point() -> list[str]:
    return [f"a{chr(code)}b" for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]


def mixed(seed: int, count: int) -> list[str]:
    """Texts of random characters from places where tokenizers go wrong."""
    rng = random.Random(seed)
    places = [(32, 127), (0, 32), (160, 0x250), (0x300, 0x370), (0x2000, 0x2070), (0x3000, 0x3100), (0x4E00, 0x4E40)]
    places += [(0xAC00, 0xAC40), (0xFE00, 0xFE10), (0xFF00, 0xFF60), (0x1F600, 0x1F640), (0x1D400, 0x1D420)]
    pick = lambda: chr(rng.randrange(*rng.choice(places)))
    parts = ["[SEP]", "[CLS]", "[UNK]", "[sep]", "##s", "é", "a" * 101, "ſ", "İ", "ß", "\u0130s"]
    return ["".join(rng.choice(parts) if rng.random() < 0.05 else pick() for _ in range(rng.randrange(60))) for _ in range(count)]


def units(text: str) -> list[int]:
    """Place in UTF-16 units of each code point."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if ord(character) > 0xFFFF else 1))
    return places


def main(file: str, rows: list[str]) -> int:
    texts = []
    for path in rows:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in random.Random(1).sample(lines, min(PER_FILE, len(lines)))]
    real = len(texts)
    texts += mixed(2, 5_000) + every_code_point()
    reference = Tokenizer.from_file(file)
    reference.enable_truncation(MAX_TOKENS)
    reference.no_padding()
    lines = "\n".join(json.dumps(text) for text in texts)
    command = ["node", "--input-type=module", "-e", OURS, file]
    ours = subprocess.run(command, input=lines, text=True, capture_output=True, cwd=ROOT, check=True)
    print(ours.stderr.strip())
    wrong = misplaced = 0
    for number, (text, line) in enumerate(zip(texts, ours.stdout.splitlines(), strict=True)):
        mine, theirs = json.loads(line), reference.encode(text)
        place = units(text)
        spans = [(place[start], place[end]) for start, end in theirs.offsets]
        if mine["ids"] != theirs.ids:
            wrong += 1
            shown = ascii(text)[:80] if number >= real else "a real one"
            print(f"ids differ in text {number} of {len(text)} characters: {shown}")
        elif list(zip(mine["starts"], mine["ends"])) != spans:
            misplaced += 1
    print(f"{len(texts)} texts, {real} of them real: the ids of {wrong} differ, the places of {misplaced}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
