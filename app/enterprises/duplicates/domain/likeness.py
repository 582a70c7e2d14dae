"""How alike two names are, in one word: what a person would say who reads them side by side."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA, Indel, Opcode, Opcodes
from rapidfuzz.distance.Levenshtein import opcodes

from app.enterprises.duplicates.domain.lookalikes import look_alike
from app.enterprises.duplicates.domain.parts import NameParts, numerals_of
from app.enterprises.duplicates.domain.script import sound_of

_SHORTEST = 2
_WHOLE = 4  # characters of a core that make it say something by itself


def name_likeness(one: NameParts, other: NameParts) -> str:
    """The level of `evidence.NAME` that fits two names' cores; neither place nor legal form counts here."""
    ours, theirs = _cores(one, other)
    if not ours or not theirs:
        return "unknown"
    if ours == theirs:
        return "identical" if len(ours) >= _WHOLE else "identical-short"
    if _other_numbers(ours, theirs):
        return "other-number"
    found = _by_slips(ours, theirs)
    if found:
        return found
    if _shortened(one, other, ours, theirs):
        return "shortened"
    if one.brand == other.brand and len(one.brand) >= _SHORTEST:
        return "same-brand"
    if Indel.distance(ours, theirs) * 4 <= len(ours) + len(theirs):
        return "similar"
    return "other"


def _cores(one: NameParts, other: NameParts) -> tuple[str, str]:
    """Both cores; a place that stands in brackets in one name is taken out of the other wherever it stands."""
    ours, theirs = one.core, other.core
    if one.inner != other.inner:
        for word in one.inner:
            theirs = theirs.replace(word, "") or theirs
        for word in other.inner:
            ours = ours.replace(word, "") or ours
    return ours, theirs


def _other_numbers(ours: str, theirs: str) -> bool:
    """Whether the names tell two works of one name apart: 一厂 and 二厂, 3号 and 5号. Nothing else may differ much."""
    mine, yours = numerals_of(ours), numerals_of(theirs)
    if mine == yours:
        return False
    bare, other = _without(ours, mine), _without(theirs, yours)
    return bare == other if mine and yours else bare.replace("号", "") == other.replace("号", "")


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, "", 1)
    return text


def _by_slips(ours: str, theirs: str) -> str:
    """A name typed by ear, by eye or in a hurry: one or two places differ and are explained, or one is not."""
    if OSA.distance(ours, theirs, score_cutoff=2) > 2:
        return ""
    if len(ours) == len(theirs) and sorted(ours) == sorted(theirs):
        # Two characters of a brand the other way round are often another firm's brand.
        return "transposed-brand" if ours[_SHORTEST:] == theirs[_SHORTEST:] else "transposed"
    kinds = sorted({_slip(a, b) for a, b in _differing(ours, theirs)})
    if len(kinds) == 1:
        return {"sound": "same-sound", "shape": "look-alike"}.get(kinds[0]) or _unexplained(ours, theirs)
    return "look-alike" if kinds == ["shape", "sound"] else ""


def _unexplained(ours: str, theirs: str) -> str:
    """One character that nothing explains; in a name of three it may well be another firm's."""
    if OSA.distance(ours, theirs) > 1 or max(len(ours), len(theirs)) <= _WHOLE - 1:
        return ""
    if len(ours) != len(theirs):
        return "one-missing"
    at = next(place for place, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b)
    return "one-other-brand" if at < _SHORTEST else "one-other"


def _differing(ours: str, theirs: str) -> Iterator[tuple[str, str]]:
    changes: Opcodes = opcodes(ours, theirs)
    for change in changes:
        if change.tag != "equal":
            yield ours[_from(change)], theirs[change.dest_start : change.dest_end]


def _from(change: Opcode) -> slice:
    return slice(change.src_start, change.src_end)


def _slip(one: str, other: str) -> str:
    """Why `one` may stand where `other` should: it sounds alike, it looks alike, or nobody knows."""
    if len(one) != len(other):
        return "other"
    if all(sound_of(a) == sound_of(b) for a, b in zip(one, other, strict=True)):
        return "sound"
    if all(look_alike(a, b) or sound_of(a) == sound_of(b) for a, b in zip(one, other, strict=True)):
        return "shape"
    return "other"


def _shortened(one: NameParts, other: NameParts, ours: str, theirs: str) -> bool:
    """Whether one name is the other said shorter: its brand alone, its brand and the beginning of its trade, or its characters in order."""
    short, long, brand = (ours, theirs, other.brand) if len(ours) < len(theirs) else (theirs, ours, one.brand)
    if len(short) < _SHORTEST or len(short) == len(long):
        return False
    if long.startswith(short) or (long.endswith(short) and len(short) >= _WHOLE):
        return True
    return short.startswith(brand[:_SHORTEST]) and _in_order(short, long)


def _in_order(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)
