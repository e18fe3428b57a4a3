"""Common passwords as a Bloom filter: no false negatives, and about one false positive in 10,000.

The filter holds whole passwords and cores; a core is a password without the digits and symbols at its ends. The filter is built by
`manage.py build_common_passwords`; the module of that command names the source.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("common_passwords.bloom")
BITS_PER_ENTRY = 19.2  # for one false positive in 10,000
HASHES = round(BITS_PER_ENTRY * math.log(2))
LEAST_CORE = 4  # characters; shorter cores are in too many passwords

_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LEET = str.maketrans("0134578@$!€", "oieastbasie")


def is_listed(spelling: str) -> bool:
    """Whether a folded password or core is in the filter, as it is or with letters in place of look-alike digits and symbols.

    False if it is shorter than LEAST_CORE.
    """
    return any(len(each) >= LEAST_CORE and _holds(each) for each in {spelling, spelling.translate(_LEET)})


def folded(password: str) -> str:
    """The password in Unicode compatibility form (NFKC) and case-folded: "pass" for "ＰＡＳＳ"."""
    return unicodedata.normalize("NFKC", password).casefold()


def core(spelling: str) -> str:
    """A folded password without the digits and symbols at its ends: "sommer" for "2024sommer!!"; "" if nothing is left."""
    return _AROUND.sub("", spelling)


def build(entries: Collection[str]) -> bytes:
    """The bytes of a filter that holds these entries."""
    bits = bytearray(math.ceil(len(entries) * BITS_PER_ENTRY / 8))
    for entry in entries:
        for place in _places(entry, len(bits) * 8):
            bits[place // 8] |= 1 << place % 8
    return bytes(bits)


def _holds(entry: str) -> bool:
    bits = _bits()
    return all(bits[place // 8] >> place % 8 & 1 for place in _places(entry, len(bits) * 8))


def _places(entry: str, size: int) -> Iterator[int]:
    digest = hashlib.sha256(entry.encode("utf-8", "surrogatepass")).digest()
    first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]) | 1
    return ((first + number * step) % size for number in range(HASHES))


@lru_cache(maxsize=1)
def _bits() -> bytes:
    return FILE.read_bytes()
