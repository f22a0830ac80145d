"""Changes of texts that keep their labels, drawn anew for each epoch: slips of the keyboard, in both languages, and other company names."""

from __future__ import annotations

import random
import re

WORD = re.compile(r"\b(?!https?\b)[a-z]{4,}", re.IGNORECASE)
# One word in so many gets a slip.
WORDS_A_SLIP = 7
# Two Chinese characters of which none decides what a sentence says: one left out or swapped there stays a slip.
DECIDES = "不未无没非否莫免亏盈升降涨跌增减高低多少上下利好坏负正赚赔买卖停破"
PAIR = re.compile(rf"(?=[\u4e00-\u9fff]{{2}})[^{DECIDES}](?=[^{DECIDES}])")
CHARACTERS_A_SLIP = 24
# Written one for the other because they sound alike or nearly so.
SOUND_ALIKE = [
    "的地得", "在再", "做作", "帐账", "像象", "以已", "他她它", "那哪", "即既", "份分", "须需", "至致", "和合", "是事", "又有", "截结",
    "元员", "期其", "司思", "季计", "布部", "现线", "公工", "于与", "该改", "报抱", "将讲", "因应", "成城", "式势", "机基", "经京", "年念", "同通",
]  # fmt: skip
ALIKE = {letter: group.replace(letter, "") for group in SOUND_ALIKE for letter in group}
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


def chinese_slip(pair: str, chance: random.Random) -> str:
    """Of two characters: swapped, one doubled, one left out or written as another that sounds alike."""
    first, second = pair
    alike = ALIKE.get(first)
    if alike is not None and chance.random() < 0.5:
        return chance.choice(alike) + second
    return chance.choice([second + first, first + first + second, second])


def with_slips(row: dict, chance: random.Random) -> dict:
    """At least one slip, none within a company's name."""
    text = row["text"]
    names = [match.span() for entity in row["entities"] for match in re.finditer(re.escape(entity["name"]), text)]
    chinese = row.get("language") == "zh"
    found = [(at.start(), at.start() + 2) for at in PAIR.finditer(text)] if chinese else [at.span() for at in WORD.finditer(text)]
    open_ = [span for span in found if not any(span[0] < end and start < span[1] for start, end in names)]
    if not open_:
        return row
    count = max(1, len(open_) // (CHARACTERS_A_SLIP if chinese else WORDS_A_SLIP))
    made = len(text)
    for start, end in sorted(chance.sample(open_, count), reverse=True):
        # Two chosen pairs of characters may overlap: the later one was changed already.
        if end > made:
            continue
        text = text[:start] + (chinese_slip if chinese else slip)(text[start:end], chance) + text[end:]
        made = start
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
