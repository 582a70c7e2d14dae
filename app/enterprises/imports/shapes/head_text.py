"""What the text of a head says: a name to compare by, a year, a unit."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.kit.money import SCALES
from app.kit.written.amounts import unit_of

PEOPLE = "人"
#: What is counted in a row of units below the names; only people matter further.
_COUNTED = frozenset("人个件项家台套户次亩吨%")
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_PARTS = re.compile(r"[,;:、/|]|单位")
_SCALED = "|".join(f"{scale}元" for scale in sorted(SCALES, key=len, reverse=True) if scale)
# `销售收入:元`, `销售收入 万元` and `销售收入千元`; a plain 元 or 人 needs a mark before it, since names end in them.
_TAIL = re.compile(rf"(?:[:,/ ]\s*(?:(?:金额)?单位:?\s*)?(\w+)|({_SCALED}))$")
# `单位：万元`, `（金额 单位：人民币千元）`, `单位：人、万元`; not the 元 of `填报单位：元亨公司`.
_TITLE = re.compile(r"单 ?位 ?[:(|为是]* ?(?:[人个件%户][、,/])?(\w*?[元万])(?![\u4e00-\u9fff])")
_AMOUNTS = re.compile(r"金额 ?[:为是] ?(?:人民币)?(\w*?元)(?![\u4e00-\u9fff])")
_SPACED_OUT = re.compile(r"(?:[\u4e00-\u9fff] ){1,5}[\u4e00-\u9fff]")
# A line break inside a Chinese word, as a narrow column needs it; not the one before a unit.
_BROKEN_WORD = re.compile(rf"(?<=[\u4e00-\u9fff]) ?\n\s*(?=[\u4e00-\u9fff])(?!(?:{_SCALED}|元|人)$)")
_ORDINAL = re.compile(r"^(?:\d{1,2}[.、)]|\(\d{1,2}\)|[一二三四五六七八九十]{1,3}、|[①-⑳])\s*(?=\D)")

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"(?:一九|二[〇○零])[〇○零一二三四五六七八九]{2}(?=年)")
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_WHOLE = r"(?:年度|年(?:末|底)|年1月?[-~—–至到]12月份?|年12月(?:31日|末|底)|\.12\.31|-12-31|年)"
#: `2021年营业收入`, `2021年度`, `2021营业收入`, `2021`; `2021年末资产总额` and `2021年12月31日资产总额` are of the year, too.
_BEFORE = re.compile(rf"{_YEAR}{_WHOLE}?[ _-]*(?P<name>.*)", re.DOTALL)
_AFTER = re.compile(rf"(?P<name>.*?)[ _-]*{_YEAR}{_WHOLE}?", re.DOTALL)
#: What makes it a part of a year, several years, or a comparison: no figure of that year.
_NOT_OF_YEAR = re.compile(
    r"^(?:以来|以前|以后|以上|之前|之后|至今|至|到|起|前|后|比|同比|较|第?[一二三四1-4]季度|[上下]半年|\d{1,2}(?:[-~—–至到]\d{1,2})?月|\d{1,2}日|[-~—–至/、,.]|级|届)"
)
#: A bracket that says so stays in the name: `营业收入（2021年1-6月）` is another figure than 营业收入.
_PERIOD = re.compile(r"\d月|季度|半年|以来|至今|同比|增长|\d{4}年?[-~—–至到]")
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class HeadingText:
    """The text of a head, parted: `营业收入`, 2021, `万元` of `2021年营业收入（万元）`."""

    name: str
    year: int | None
    unit: str


@lru_cache(maxsize=4_096)
def read_heading(text: str) -> HeadingText:
    """Part the text of a head. A year counts only where it says that the figures are of that year."""
    name, unit = split_header(text)
    year, rest = _year_in(name)
    brackets = _BRACKETS.findall(_folded(text))
    if year is None and not _ANY_YEAR.search(name):
        year = _only_year(part for inside in brackets for part in _PARTS.split(inside))
    periods = "".join(f"({inside})" for inside in brackets if _PERIOD.search(inside) and _year_in(inside)[1])
    return HeadingText(rest.strip(" :*_-") + periods, year, unit)


def is_year(text: str) -> bool:
    """Whether the text is a year and nothing else."""
    read = read_heading(text)
    return read.year is not None and not read.name


def unit_alone(text: str) -> str | None:
    """The unit that a text is, without a name: `万元`, `（人）`; "" for another than of money or people, None for no unit."""
    plain = _folded(text).strip("()[]【】")
    return _unit(plain) or ("" if plain in _COUNTED else None)


@lru_cache(maxsize=8_192)
def split_header(text: str) -> tuple[str, str]:
    """A header's name to compare by, and the unit it states: `注册资本（万元）` is (`注册资本`, `万元`).

    Two units that contradict each other are none.
    """
    folded = _folded(text)
    bare = _BRACKETS.sub("", folded).strip(" :*")
    tail = _TAIL.search(bare)
    units = {_unit(part) for inside in _BRACKETS.findall(folded) for part in (inside, *_PARTS.split(inside))}
    if tail and (unit := _unit(tail[1] or tail[2])):
        units.add(unit)
        bare = bare[: tail.start()].strip(" :*")
    return bare, _only(units - {""})


def title_unit(rows: Iterable[Sequence[str]]) -> str:
    """The unit of money that the rows above the header state; "" for none, or for several.

    `单位：万元` and `金额：万元` count anywhere; `主要指标（万元）` only alone in its row, where it is no heading of a group of columns.
    """
    units = set()
    for cells in rows:
        filled = [re.sub(r"\s+", " ", unicodedata.normalize("NFKC", cell)) for cell in cells if cell]
        units |= {unit_of(found) for told in (_TITLE, _AMOUNTS) for found in told.findall("|".join(filled))}
        if len(filled) == 1:
            units |= {unit_of(inside) for inside in _BRACKETS.findall(filled[0])}
    return _only(units - {""})


def states_unit(text: str) -> bool:
    """Whether a text of its own only tells the unit: `单位：万元`, `（金额单位：千元）`."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip("()[]【】")
    return bool(re.match(r"(?:金额|计量|货币)?单位[:(]", folded))


def shown(text: str) -> str:
    """The text of a head on one line."""
    return re.sub(r"\s+", " ", _BROKEN_WORD.sub("", text)).strip()


def _folded(text: str) -> str:
    """Width, blanks and case made alike; a word that is broken over lines or spaced out is one again."""
    whole = _BROKEN_WORD.sub("", unicodedata.normalize("NFKC", text).strip())
    folded = re.sub(r"\s+", " ", whole).strip("* ").strip().lower()
    return folded.replace(" ", "") if _SPACED_OUT.fullmatch(folded) else _ORDINAL.sub("", folded)


def _year_in(name: str) -> tuple[int | None, str]:
    """The year at the beginning or end of a name, and the rest."""
    plain = _CHINESE_YEAR.sub(lambda found: found[0].translate(_DIGITS), name)
    plain = re.sub(r"(?<=\d) (?=年)", "", plain).strip()
    years = _ANY_YEAR.findall(plain)
    if len(years) != 1:
        return None, name
    for pattern in (_BEFORE, _AFTER):
        found = pattern.fullmatch(plain)
        if (
            found
            and not _NOT_OF_YEAR.match(found["name"])
            and not found["name"].endswith(("截至", "至", "自", "从", "近"))
        ):
            return int(found["year"]), found["name"]
    return None, name


def _only_year(texts: Iterable[str]) -> int | None:
    """The one year that texts of nothing else tell."""
    years = {year for year, rest in map(_year_in, texts) if year is not None and not rest}
    return next(iter(years)) if len(years) == 1 else None


def _unit(text: str) -> str:
    text = text.strip()
    return PEOPLE if text == PEOPLE else unit_of(text)


def _only(units: set[str]) -> str:
    return next(iter(units)) if len(units) == 1 else ""
