"""Join references that were spelled out as on the phone: character by character, or in the radio alphabet."""

from __future__ import annotations

import re

SIGNS = re.compile(r"(?<![^\W_])[A-Za-z0-9](?:(?:[ ]|[ ]?[-.·_,][ ]?)[A-Za-z0-9]){4,7}(?![^\W_])(?![-.][A-Za-z0-9])")
RADIO_WORDS = (
    (
        "alpha",
        "alfa",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "juliett",
        "kilo",
    ),
    (
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "whisky",
    ),
    ("xray", "x-ray", "yankee", "zulu"),
)
RADIO = {word: word[0].upper() for words in RADIO_WORDS for word in words}
NUMBERS = {
    word: str(number)
    for number, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
} | {"niner": "9"}
WORDS = {**RADIO, **NUMBERS}
WORD = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
IN_WORDS = re.compile(rf"\b(?:{WORD}|\d)(?:[\s,.-]+(?:{WORD}|\d)){{4,7}}\b", re.IGNORECASE)


def join(text: str) -> str:
    """`text` with spelled-out references joined: "B 9 4 T X Y" and "Bravo nine four tango x-ray yankee" become "B94TXY"."""
    text = IN_WORDS.sub(
        lambda words: "".join(
            WORDS.get(word.lower(), word) for word in re.findall(rf"{WORD}|\d", words.group(), re.IGNORECASE)
        ),
        text,
    )
    return SIGNS.sub(lambda signs: re.sub(r"[^A-Za-z0-9]", "", signs.group()), text)
