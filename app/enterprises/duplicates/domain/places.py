"""The places in front of a firm's name: 湖北省潜江市园林街道 …"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from app.enterprises.duplicates.domain.script import fold_spelling

_GENERIC = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
_ENDINGS = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "地区",
    "林区",
    "省",
    "市",
    "县",
    "区",
    "盟",
)
_ETHNIC = re.compile(
    "(?:土家族|苗族|藏族|彝族|侗族|布依族|哈尼族|朝鲜族|傣族|白族|羌族|回族|蒙古族|景颇族|傈僳族|壮族|瑶族|满族|黎族|畲族)+$"
)
_TOWNSHIP = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}?(?:街道办事处|街道办|街道|办事处|管理区|开发区|原种场|农场|镇|乡|村))+"
)
_TOWNSHIP_ENDING = re.compile("(?:街道办事处|街道办|街道|办事处|管理区|开发区|原种场|农场|镇|乡)$")
_NATION = ("中国", "中华", "全国")
_SHORTEST = 2


class Lead(NamedTuple):
    """The places that a text begins with: the division's code, the township in words, where the rest and the last place begin."""

    code: str
    township: str
    end: int
    last: int


class PlaceNames:
    """What the divisions of the country are called, long and short; made once from the region table's (code, name) rows.

    `mark` tells these names from others.
    """

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        self.mark = sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
        self._codes: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        self._townships: dict[str, set[str]] = {}
        for code, name in rows:
            if name in _GENERIC:
                continue
            if len(code) > 6:
                self._townships.setdefault(code[:6], set()).add(_TOWNSHIP_ENDING.sub("", name))
                continue
            for spelled in {name, _short(name)}:
                self._codes.setdefault(spelled, []).append(code)
        for word in sorted(self._codes, key=len, reverse=True):
            self._words.setdefault(word[:_SHORTEST], []).append(word)
        self._meant = lru_cache(maxsize=20_000)(self._meant_by)

    def is_place(self, text: str) -> bool:
        """Whether `text` is the name of a division, or of the country."""
        return text in _NATION or text in self._codes or text.endswith(("省", "市", "县", "区"))

    def lead(self, text: str, province: str) -> Lead:
        """The places in front of folded `text`; `province` is where the firm is thought to lie (two digits)."""
        at, last, node = 0, 0, ""
        for nation in _NATION:
            if text.startswith(nation):
                at = len(nation)
        while found := self._next(text, at, node, province):
            last, (at, node) = at, found
        township, end = self._township(text, at, node) if node else ("", at)
        return Lead(node, township, end, at if township else last)

    def _next(self, text: str, at: int, node: str, province: str) -> tuple[int, str] | None:
        for word in self._words.get(text[at : at + _SHORTEST], ()):
            if text.startswith(word, at) and (code := self._meant(word, node, province)):
                return at + len(word), code
        return None

    def _meant_by(self, word: str, node: str, province: str) -> str:
        """The division that `word` means behind `node`; "" if it means none there."""
        codes = [code for code in self._codes[word] if _fits(code, word, node, province)]
        codes = [code for code in codes if code.startswith(province)] or codes
        return max(min(codes, key=len), node, key=len) if codes else ""

    def _township(self, text: str, at: int, node: str) -> tuple[str, int]:
        if written := _TOWNSHIP.match(text, at):
            return _TOWNSHIP_ENDING.sub("", written[0]), written.end()
        for length in (4, 3, 2):
            if text[at : at + length] in self._townships.get(node, ()):
                return text[at : at + length], at + length
        return "", at


def _fits(code: str, word: str, node: str, province: str) -> bool:
    """Whether the division can be meant: on the way from `node`; a short county name only at home, where it is known."""
    if node and not (code.startswith(node) or node.startswith(code)):
        return False
    return len(code) < 6 or word[-1] in "市县区旗" or code.startswith(province or "-") or bool(node)


def _short(name: str) -> str:
    for ending in _ENDINGS:
        stem = _ETHNIC.sub("", name.removesuffix(ending))
        if name.endswith(ending) and len(stem) >= 2:
            return stem
    return name


def fold_address(text: str, places: PlaceNames, province: str) -> str:
    """An address without blanks, signs and the divisions in front, so that 湖北省潜江市章华路1号 and 章华路1号 agree."""
    folded = fold_spelling(text)
    if not folded:
        return ""
    if "(" in folded or ")" in folded:
        folded = folded.replace("(", "").replace(")", "")
    lead = places.lead(folded, province)
    # The township stays: it tells two streets of one name apart.
    return folded[folded.find(lead.township) if lead.township else lead.end :]
