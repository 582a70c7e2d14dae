"""Search without a dictionary: single characters and pairs of neighbours, for Chinese and Latin alike.

A word segmenter misses names it does not know; a trigram index misses words of two characters. Pairs miss nothing,
and a final comparison with the text itself takes out what only shares the pairs.
"""

import unicodedata
from collections.abc import Iterable
from itertools import chain
from operator import add

from app.enterprises.domain.names import read_aloud

MAX_QUERY = 60
MAX_WORDS = 6


def fold(text: str) -> str:
    """`text` as it is compared: compatibility forms unified, lower case, letters, digits and ideographs only."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def search_document(names: Iterable[str], codes: Iterable[str]) -> str:
    """What a firm is found by, one line each: every name, its full pinyin, its initials, every code."""
    lines: dict[str, None] = {}
    for name in names:
        spoken = read_aloud(name)
        lines |= dict.fromkeys((fold(name), fold("".join(spoken.full)), fold("".join(spoken.short))))
    lines.update((fold(code), None) for code in codes)
    return "\n".join(line for line in lines if line)


def search_terms(text: str) -> set[str]:
    """The index terms of `text`: all single characters and all pairs within each line."""
    lines = text.split("\n")
    return set(chain(*lines, *(map(add, line, line[1:]) for line in lines)))


def query_words(query: str) -> list[str]:
    """The words of what somebody typed, folded; every one of them must occur. Overlong input is cut."""
    words = (fold(word) for word in query[:MAX_QUERY].split())
    return [word for word in dict.fromkeys(words) if word][:MAX_WORDS]


def query_terms(word: str) -> list[str]:
    """The index terms that a text containing `word` must have: its pairs, or the one character."""
    return sorted({word[at : at + 2] for at in range(len(word) - 1)}) or [word]
