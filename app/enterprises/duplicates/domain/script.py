"""One spelling to compare by: width, traditional characters, marks; and how characters sound."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

_IDEOGRAPHS = range(0x3400, 0xA000)
_SIGNS = re.compile(r"[^\w()]|_")
_ZERO = re.compile("(?<=[一二三四五六七八九十百0-9])零|零(?=[一二三四五六七八九十0-9])")  # but not in 零部件 and 零售
_REMARK = re.compile(r"\((?:示例|筹|筹建|筹备|已?注销|已?吊销|已?迁出|已?停业|停产|歇业|更名|已?改名)\)")
_ORIGINAL = re.compile(r"\((?:原名?|曾用名|前身)[::]?([^()]{4,})\)")
# Sounds that are taken for each other when a name is told by telephone: zh/z, ch/c, sh/s, n/l and the two nasal endings.
_INITIAL = re.compile("^([zcs])h")


_BRACKETS = str.maketrans("〔[【〕]】", "((()))")
_DIGITS = str.maketrans("〇壹贰叁肆伍陆柒捌玖拾", "0一二三四五六七八九十")


class _Plain(NamedTuple):
    """How a text is made plain: its characters written as others, and what finds out whether there is anything to do."""

    simplified: Mapping[int, int]
    written: Callable[[str], object]


@cache
def _plain() -> _Plain:
    """The simplified form of each traditional character, one by one: a name is compared, not read, so no phrase decides."""
    from opencc import OpenCC

    characters = [chr(code) for code in _IDEOGRAPHS]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    both = zip(characters, converted, strict=True)
    table = {ord(old): ord(new) for old, new in both if old != new and len(new) == 1}
    written = "".join(map(chr, (*table, *_DIGITS)))
    return _Plain(table, re.compile(f"[零{written}]").search)


@lru_cache(maxsize=4_096)
def fold_spelling(text: str) -> str:
    """`text` in half width, upper case, simplified characters and plain brackets, without blanks and signs."""
    folded, plain = unicodedata.normalize("NFKC", text).upper(), _plain()
    otherwise = plain.written(folded) is not None
    if otherwise:
        folded = folded.translate(plain.simplified)
    if _SIGNS.search(folded):
        folded = _SIGNS.sub("", folded.translate(_BRACKETS))
    if otherwise:
        folded = folded.translate(_DIGITS)
        return _ZERO.sub("0", folded) if "零" in folded else folded
    return folded


def without_remarks(folded: str) -> str:
    """A folded name without what people write behind it about its state: (已注销), (筹), (示例), (原某某公司)."""
    return _ORIGINAL.sub("", _REMARK.sub("", folded)) if "(" in folded else folded


def names_in_remarks(folded: str) -> list[str]:
    """The former names that a folded name itself carries: `…(原某某公司)`."""
    return _ORIGINAL.findall(folded) if "(" in folded else []


@cache
def sound_of(character: str) -> str:
    """How a character is spoken, without tone and without what a telephone swallows; other signs stand for themselves."""
    from pypinyin import lazy_pinyin

    spoken = lazy_pinyin(character)
    syllable = _INITIAL.sub(r"\1", spoken[0]) if spoken else character
    if not syllable.isascii() or len(syllable) < 2:
        return syllable
    return ("l" + syllable[1:] if syllable[0] == "n" else syllable).replace("ng", "n")


def sounds_of(text: str) -> tuple[str, ...]:
    """How each character of `text` is spoken."""
    return tuple(map(sound_of, text))
