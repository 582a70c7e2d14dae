"""Names of firms: one spelling to compare, full pinyin to sort by, initials to find by."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

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


class _NameReader:
    """Reads names by the dictionary, which is opened when the first name is read: no start waits for it.

    A name is cut into the dictionary's phrases; names are made of the same few thousand, and each is read once.
    """

    def __init__(self) -> None:
        from pypinyin import Style, lazy_pinyin, load_phrases_dict
        from pypinyin.constants import RE_HANS
        from pypinyin.seg.mmseg import seg

        load_phrases_dict(_PHRASES)
        read = partial(lazy_pinyin, style=Style.NORMAL, errors=_words)  # type: ignore[arg-type]
        self._read: Callable[[str], list[str]] = lru_cache(maxsize=20_000)(read)
        self._cut: Callable[[str], Iterator[str]] = seg.cut
        self._runs = re.compile(f"({RE_HANS.pattern[1:-1]})")

    def __call__(self, name: str) -> list[str]:
        """The syllables of Chinese characters, and the marked words between them."""
        found: list[str] = []
        for place, run in enumerate(self._runs.split(name)):
            for phrase in self._cut(run) if place % 2 else (run,):
                found += self._read(phrase)
        return found


_reader = lru_cache(maxsize=1)(_NameReader)


def normalise_name(text: str) -> str:
    """`text` as it is kept: NFC, full-width letters and digits narrowed, brackets full-width, blanks collapsed.

    Control and invisible characters go; blanks between two Chinese characters go too.
    """
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    narrowed = "".join(unicodedata.normalize("NFKC", c) if "\uff10" <= c <= "\uff5a" else c for c in kept)
    collapsed = _BLANKS.sub(" ", narrowed).strip()
    joined = re.sub(r"(?<=[\u4e00-\u9fff（）]) (?=[\u4e00-\u9fff（）])", "", collapsed)
    return joined.replace("(", "（").replace(")", "）") if _is_chinese(joined) else joined


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _words(text: str) -> list[str]:
    return [f"{_WORD}{word}" for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text))]


@lru_cache(maxsize=4_096)
def read_aloud(name: str) -> tuple[tuple[str, str], ...]:
    """(full, short) for each character: its pinyin and first letter; Latin words and numbers stay whole in both."""
    return tuple(_full_and_short(part.lower()) for part in _reader()(name) if part)


def _full_and_short(part: str) -> tuple[str, str]:
    return (part[1:], part[1:]) if part.startswith(_WORD) else (part, part[:1])


def pinyin_of(name: str) -> str:
    """Full pinyin with a blank between syllables: what lists sort names by."""
    return " ".join(full for full, _ in read_aloud(name))


def initials_of(name: str) -> str:
    """The first letter of each syllable; Latin words and numbers stay whole (`ABC科技` → `abckj`)."""
    return "".join(short for _, short in read_aloud(name))


def person_pinyin(name: str) -> str:
    """Full pinyin of a person's name; a polyphone family name is read as a family name."""
    read = [full for full, _ in read_aloud(name)]
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
