"""Changes of texts that keep their labels, drawn anew for each epoch: slips of the keyboard and other company names."""

from __future__ import annotations

import random
import re

WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)
# One word in so many gets a slip.
WORDS_A_SLIP = 7
NEIGHBOURS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        "wa qes wrd etf ryg tuh yij uok ipl ol qsz awdx sefc drgv fthb gyjn hukm jilm kop asx zdc xfv cgb vhn bjm nk".split(),
        strict=True,
    )
)


def slip(word: str, chance: random.Random) -> str:
    """Two letters swapped, one left out, doubled or hit beside."""
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice(NEIGHBOURS[word[at].lower()]) + word[at + 1 :]


def with_slips(row: dict, chance: random.Random) -> dict:
    """At least one slip, none within a company's name."""
    text = row["text"]
    names = [match.span() for entity in row["entities"] for match in re.finditer(re.escape(entity["name"]), text)]
    open_ = [match for match in WORD.finditer(text) if not any(match.start() < end and start < match.end() for start, end in names)]
    if not open_:
        return row
    chosen = sorted(chance.sample(open_, max(1, len(open_) // WORDS_A_SLIP)), key=lambda match: -match.start())
    for match in chosen:
        text = text[: match.start()] + slip(match.group(), chance) + text[match.end() :]
    return {**row, "text": text}


def with_other_names(row: dict, names: list[str], chance: random.Random) -> dict:
    """Each company under another name of the pool."""
    text, entities = row["text"], []
    for entity in row["entities"]:
        name = chance.choice(names)
        # A name within another one, or one that is there already, would make two companies of one.
        if any(other is not entity and entity["name"] in other["name"] for other in row["entities"]) or name in text:
            return row
        text = text.replace(entity["name"], name)
        entities.append({**entity, "name": name})
    return {**row, "text": text, "entities": entities}


def augment(rows: list[dict], settings: dict, seed: int) -> list[dict]:
    """`settings`: `slips` and `names`, the shares of rows that are changed; names stay within their set."""
    chance = random.Random(seed)
    pools: dict[str, set[str]] = {}
    for row in rows:
        pools.setdefault(row["set"], set()).update(entity["name"] for entity in row["entities"])
    sorted_pools = {name: sorted(pool) for name, pool in pools.items()}
    changed = []
    for row in rows:
        if row["entities"] and chance.random() < settings.get("names", 0.0):
            row = with_other_names(row, sorted_pools[row["set"]], chance)
        if chance.random() < settings.get("slips", 0.0):
            row = with_slips(row, chance)
        changed.append(row)
    return changed
