"""Finding the administrative division that a written address lies in."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_TOWNSHIP_DIGITS = 9
_COUNTY_DIGITS = 6
_SEARCH_AHEAD = 24
_MAX_ADDRESS = 200

_PROVINCE_ENDINGS = ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市")
_COUNTY_ENDINGS = ("自治州", "地区", "林区", "自治县", "盟", "市", "县", "区")
_STREET = ("街道办事处", "街道办", "街道", "办事处", "街办")
_FARM = ("管理区", "农场")
# Old or everyday names that the rules below do not yield.
_ALSO_CALLED = {"429005004": ("广华街道", "广华办事处", "广华")}


#: A division that stands in a text, and where its name ends there.
_Match = tuple[str, int]
#: The codes of the divisions that bear a name.
_Names = dict[str, tuple[str, ...]]


class RegionIndex:
    """Names of divisions, made once from the region table's (code, name) rows."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._full: _Names = {}
        self._short: _Names = {}
        self._short_anywhere: _Names = {}
        self._lengths: dict[str, list[int]] = {}
        told = dict(rows)
        for code, name in told.items():
            if name in {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}:
                continue
            self._add(self._full, name, code)
            is_township = len(code) == _TOWNSHIP_DIGITS
            for each in _without_county(name, told.get(code[:_COUNTY_DIGITS], "")) if is_township else ():
                for alias in (each, *_township_names(each)):
                    self._add(self._full, alias, code)
            for alias in _ALSO_CALLED.get(code, ()):
                self._add(self._full, alias, code)
            if len(code) < _TOWNSHIP_DIGITS:
                self._add(self._short, _short_name(name, code), code)
            if len(code) < _COUNTY_DIGITS or (name.endswith("市") and len(code) < _TOWNSHIP_DIGITS):
                # 东湖 may be a district far away: without a province in front only cities go by their short name.
                self._add(self._short_anywhere, _short_name(name, code), code)

    def _add(self, names: _Names, name: str, code: str) -> None:
        codes = names.get(name, ())
        if len(name) >= 2 and code not in codes:
            names[name] = (*codes, code)
            lengths = self._lengths.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
                lengths.sort(reverse=True)

    def find(self, address: str, within: str = "") -> str:
        """The code of the smallest division that `address` names, "" when none can be told.

        `within` is where the address is thought to lie: it helps when the text itself names no county.
        """
        text = _fold(address)
        found = self._descend(text, "")
        if within and within.startswith(found):
            narrowed = self._descend(text, within)
            return narrowed if len(narrowed) > len(within) else found
        return found

    def find_township(self, name: str, within: str = "") -> str:
        """The code of the township that a column of townships names, "" when there is none or more than one in `within`."""
        text = _fold(name)
        codes = {code for code in self._full.get(text, ()) if len(code) == _TOWNSHIP_DIGITS and _touches(code, within)}
        if len(codes) == 1:
            return codes.pop()
        found = self.find(name, within)
        return found if len(found) == _TOWNSHIP_DIGITS and _touches(found, within) else ""

    def _descend(self, text: str, node: str) -> str:
        at = 0
        while match := self._here(text, at, node) or self._ahead(text, at, node):
            code, at = match
            if not node.startswith(code):
                node = code
        return node

    def _here(self, text: str, at: int, node: str) -> _Match | None:
        return self._longest_at(text, at, node, self._full) or self._longest_at(
            text, at, node, self._short if node else self._short_anywhere
        )

    def _ahead(self, text: str, at: int, node: str) -> _Match | None:
        for position in range(at + 1, min(at + _SEARCH_AHEAD, len(text))):
            if text[position] not in self._lengths:  # most characters begin no name
                continue
            match = self._longest_at(text, position, node, self._full)
            if match and len(match[0]) >= _COUNTY_DIGITS and (node or match[1] - position > 2):
                return match
        return None

    def _longest_at(self, text: str, at: int, node: str, names: _Names) -> _Match | None:
        for length in self._lengths.get(text[at : at + 1], ()):
            codes = names.get(text[at : at + length])
            if codes and (code := _one_of(codes, node)):
                return code, at + length
        return None


def _touches(code: str, within: str) -> bool:
    """Whether a township lies in `within`, which may itself be a township."""
    return code.startswith(within[:_COUNTY_DIGITS])


@lru_cache(maxsize=4_096)
def _one_of(codes: tuple[str, ...], node: str) -> str:
    """The one division meant: on the way to `node`, or below it; the broader before the narrower; "" if unclear."""
    fitting = [code for code in codes if node.startswith(code) or _below(code, node)]
    broadest = min(map(len, fitting), default=0)
    candidates = [code for code in fitting if len(code) == broadest]
    return candidates[0] if len(candidates) == 1 else ""


def _below(code: str, node: str) -> bool:
    if len(code) == _TOWNSHIP_DIGITS:
        return len(node) == _COUNTY_DIGITS and code.startswith(node)
    return code.startswith(node)


def _short_name(name: str, code: str) -> str:
    endings = _PROVINCE_ENDINGS if len(code) == 2 else _COUNTY_ENDINGS
    for ending in endings:
        stem = name.removesuffix(ending)
        if stem != name and len(stem) >= 2:
            return stem
    return name


def _township_names(name: str) -> list[str]:
    for ending in ("街道办事处", "街道"):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return [stem + other for other in (*_STREET, "镇")]
    if name.endswith("镇"):
        return [name.removesuffix("镇") + other for other in ("乡", *_STREET)]
    for ending in _FARM:
        if name.endswith(ending):
            return [name.removesuffix(ending) + other for other in _FARM]
    return []


def _without_county(name: str, county: str) -> tuple[str, ...]:
    """A township's name, and without its county's where that stands in front of it (当阳市玉阳街道)."""
    bare = name.removeprefix(county)
    return (name, bare) if bare and bare != name else (name,)


def _fold(address: str) -> str:
    text = unicodedata.normalize("NFKC", address[:_MAX_ADDRESS])
    return "".join(filter(str.isalnum, text))
