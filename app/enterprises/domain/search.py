"""Search without a dictionary: single characters and pairs of neighbours, for Chinese and Latin alike.

A word segmenter misses names it does not know; a trigram index misses words of two characters. Pairs miss nothing,
and a final comparison with the text itself takes out what only shares the pairs. Codes are made of ten digits and begin alike, so
that every firm has most of their pairs: where a digit is among them, four characters that follow each other are a term too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import filterfalse
from operator import add

from app.enterprises.domain.names import read_aloud

_DIGIT = re.compile("[0-9]").search
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
    """The index terms of `text`: all single characters, all pairs and all fours with a digit within each line."""
    terms = set(text)
    terms.discard("\n")
    for line in text.split("\n"):
        pairs = _pairs(line)
        terms.update(pairs)
        if not line.isalpha():
            terms.update(_with_digit(map(add, pairs, pairs[2:]), line))
    return terms


def _pairs(line: str) -> list[str]:
    return [*map(add, line, line[1:])]


def _fours(line: str) -> Iterator[str]:
    pairs = _pairs(line)
    return _with_digit(map(add, pairs, pairs[2:]), line)


def _with_digit(pieces: Iterable[str], line: str) -> Iterator[str]:
    """Those with a digit among the pieces of a folded line; where it is plain ASCII, they are those that are not all letters."""
    return filterfalse(str.isalpha, pieces) if line.isascii() else filter(_DIGIT, pieces)


def query_words(query: str) -> list[str]:
    """The words of what somebody typed, folded; every one of them must occur. Overlong input is cut."""
    words = (fold(word) for word in query[:MAX_QUERY].split())
    return [word for word in dict.fromkeys(words) if word][:MAX_WORDS]


def query_terms(word: str) -> list[str]:
    """The index terms that a text containing `word` must have: its fours with a digit and its other pairs, or the one character."""
    fours = [*_fours(word)]
    told = {pair for four in fours for pair in _pairs(four)}
    return sorted({*fours, *(pair for pair in _pairs(word) if pair not in told)}) or [word]
