"""Names of firms: one spelling to compare, full pinyin to sort by, initials to find by."""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

# Readings that the general dictionary gets wrong in the names of firms and people.
_PHRASES: dict[str, list[list[str]]] = {
    "单于": [["chán"], ["yú"]],
    "尉迟": [["yù"], ["chí"]],
    "万俟": [["mò"], ["qí"]],
    "长孙": [["zhǎng"], ["sūn"]],
    "曾氏": [["zēng"], ["shì"]],
    "单氏": [["shàn"], ["shì"]],
    "仇氏": [["qiú"], ["shì"]],
    "解氏": [["xiè"], ["shì"]],
    "查氏": [["zhā"], ["shì"]],
    "盖氏": [["gě"], ["shì"]],
    "乐氏": [["yuè"], ["shì"]],
    "区氏": [["ōu"], ["shì"]],
    "华氏": [["huà"], ["shì"]],
    "任氏": [["rén"], ["shì"]],
    "重工": [["zhòng"], ["gōng"]],
    "重机": [["zhòng"], ["jī"]],
    "长兴": [["cháng"], ["xīng"]],
    "长盛": [["cháng"], ["shèng"]],
    "长飞": [["cháng"], ["fēi"]],
    "浩口": [["hào"], ["kǒu"]],
    "行业": [["háng"], ["yè"]],
}
# A family name standing first is read as a family name.
_SURNAMES = {"曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao"}

_WORD = "\0"  # marks what is not Chinese while pypinyin passes it through
_BLANKS = re.compile(r"\s+")
_LATIN = re.compile(r"[^\W_]+")
_WIDE = re.compile("[\uff10-\uff5a]+")
_PARTED = re.compile(r"(?<=[\u4e00-\u9fff（）]) (?=[\u4e00-\u9fff（）])")
_CHINESE = re.compile("[\u4e00-\u9fff]")


class Reading(NamedTuple):
    """The full pinyin of each character, and its first letter; a Latin word or number stays whole in both."""

    full: Sequence[str]
    short: Sequence[str]


class _NameReader:
    """Reads names by the dictionary, which is opened when the first name is read: no start waits for it.

    A name is cut into the dictionary's phrases and the words between; most names are made of the same few thousand, each read once.
    """

    def __init__(self) -> None:
        from pypinyin import Style, lazy_pinyin
        from pypinyin.constants import PHRASES_DICT, RE_HANS
        from pypinyin.seg.mmseg import p_set

        PHRASES_DICT.update(_PHRASES)
        p_set.train(iter(_PHRASES))
        self._syllables: Callable[[str], list[str]] = partial(lazy_pinyin, style=Style.NORMAL, errors=_words)  # type: ignore[arg-type]
        self._phrases: Container[str] = PHRASES_DICT
        self._beginnings: Container[str] = p_set._set
        self._runs = re.compile(f"({RE_HANS.pattern[1:-1]})")
        self._read = lru_cache(maxsize=20_000)(self._read_phrase)

    def __call__(self, name: str) -> Reading:
        """How each Chinese character is read, and each word between them."""
        full: list[str] = []
        short: list[str] = []
        for place, run in enumerate(self._runs.split(name)):
            if place % 2:
                for phrase in self._cut(run):
                    read = self._read(phrase)
                    full += read.full
                    short += read.short
            elif run:
                words = _latin_words(run)
                full += words
                short += words
        return Reading(full, short)

    def _read_phrase(self, phrase: str) -> Reading:
        parts = [part.lower() for part in self._syllables(phrase) if part]
        whole = [part.startswith(_WORD) for part in parts]
        full = [part.removeprefix(_WORD) for part in parts]
        return Reading(full, [part if word else part[:1] for part, word in zip(full, whole, strict=True)])

    def _cut(self, run: str) -> Iterator[str]:
        """The longest phrase of the dictionary at each place, else one character; as the dictionary's own cutter does, but quicker."""
        at, end = 0, len(run)
        while at < end:
            upto = found = at + 1
            known = False
            while upto <= end and (piece := run[at:upto]) in self._beginnings:
                if piece in self._phrases:
                    found, known = upto, True
                upto += 1
            if upto > end and not known:  # it looks no further where all that is left begins a phrase
                yield from run[at:]
                return
            yield run[at:found]
            at = found


_reader = lru_cache(maxsize=1)(_NameReader)


@lru_cache(maxsize=64)
def normalise_name(text: str) -> str:
    """`text` as it is kept: NFC, full-width letters and digits narrowed, brackets full-width, blanks collapsed.

    Control and invisible characters go; blanks between two Chinese characters go too.
    """
    kept = unicodedata.normalize("NFC", text)
    if not kept.isprintable():
        kept = "".join(c for c in kept if c.isspace() or unicodedata.category(c)[0] != "C")
    narrowed = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), kept)
    joined = _PARTED.sub("", _BLANKS.sub(" ", narrowed).strip()) if _BLANKS.search(narrowed) else narrowed
    bracketed = "(" in joined or ")" in joined
    return joined.replace("(", "（").replace(")", "）") if bracketed and _CHINESE.search(joined) else joined


def _words(text: str) -> list[str]:
    return [f"{_WORD}{word}" for word in _latin_words(text)]


def _latin_words(text: str) -> list[str]:
    return _LATIN.findall(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=4_096)
def read_aloud(name: str) -> Reading:
    """How the name is spoken."""
    return _reader()(name)


def pinyin_of(name: str) -> str:
    """Full pinyin with a blank between syllables: what lists sort names by."""
    return " ".join(read_aloud(name).full)


def initials_of(name: str) -> str:
    """The first letter of each syllable; Latin words and numbers stay whole (`ABC科技` → `abckj`)."""
    return "".join(read_aloud(name).short)


def person_pinyin(name: str) -> str:
    """Full pinyin of a person's name; a polyphone family name is read as a family name."""
    read = [*read_aloud(name).full]
    if read and name[:1] in _SURNAMES:
        read[0] = _SURNAMES[name[0]]
    return " ".join(read)


_PLACE = re.compile(r"[\u4e00-\u9fff]{2,3}(?:省|市|县|区)|[\u4e00-\u9fff]{2,3}自治(?:区|州|县)")
_LEVEL = re.compile(r"(省|市|县|区|自治区|自治州|自治县)$")


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, or mere variants: width, brackets, blanks, the place in front, 有限(责任)公司.

    `湖北省潜江市甲有限责任公司`, `潜江甲有限公司` and `甲有限公司` are; the same trade name in two places is not.
    """
    if one == other:
        return True
    ours, theirs = _shortened(one), _shortened(other)
    return ours[0] in theirs or theirs[0] in ours


def _shortened(name: str) -> list[str]:
    """The name to compare by, first with every place in front, then with ever fewer of them."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    rest = "".join(c for c in folded if unicodedata.category(c)[0] in "LN").replace("有限责任公司", "有限公司")
    places: list[str] = []
    while (found := _PLACE.match(rest)) and found.end() < len(rest):
        places.append(_LEVEL.sub("", found[0]))
        rest = rest[found.end() :]
    return ["".join(places[kept:]) + rest for kept in range(len(places) + 1)]
