"""A Chinese firm's name in its parts: place · brand · trade · legal form, and whether it is a branch or a group."""

import re
from enum import StrEnum
from typing import NamedTuple

from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.script import fold_spelling, sounds_of, without_remarks
from app.enterprises.duplicates.domain.trades import begins_with_trade, brand_length


class LegalForm(StrEnum):
    """What kind of subject a name says the firm is; one kind never turns into another without a new registration."""

    UNKNOWN = ""
    COMPANY = "company"
    SHARES = "shares"
    COOPERATIVE = "cooperative"
    PARTNERSHIP = "partnership"
    INDIVIDUAL = "individual"
    SOLE = "sole"


_FORMS = (
    ("股份有限责任公司", LegalForm.SHARES),
    ("股份有限公司", LegalForm.SHARES),
    ("有限责任公司", LegalForm.COMPANY),
    ("有限公司", LegalForm.COMPANY),
    ("责任公司", LegalForm.COMPANY),
    ("股份公司", LegalForm.SHARES),
    ("农民专业合作社联合社", LegalForm.COOPERATIVE),
    ("专业合作社联合社", LegalForm.COOPERATIVE),
    ("农民专业合作社", LegalForm.COOPERATIVE),
    ("专业合作社", LegalForm.COOPERATIVE),
    ("股份合作社", LegalForm.COOPERATIVE),
    ("合作社", LegalForm.COOPERATIVE),
    ("(有限合伙)", LegalForm.PARTNERSHIP),
    ("(普通合伙)", LegalForm.PARTNERSHIP),
    ("(特殊普通合伙)", LegalForm.PARTNERSHIP),
    ("有限合伙", LegalForm.PARTNERSHIP),
    ("普通合伙", LegalForm.PARTNERSHIP),
    ("合伙企业", LegalForm.PARTNERSHIP),
    ("(个体工商户)", LegalForm.INDIVIDUAL),
    ("公司", LegalForm.UNKNOWN),
)
_LAST_OF_FORMS = frozenset(ending[-1] for ending, _form in _FORMS)
_BRANCH = re.compile(
    r"^(?P<head>.{3,}?(?:公司|合作社|联合社|银行|信用社|集团|事务所|合伙\)?|[厂店院校局社]))(?P<branch>.+)$"
)
_BRANCH_WORD = re.compile(
    r"(?:分公司|子公司|支公司|分厂|分店|分行|支行|分社|分校|分院|分所|分局|支局|分部|分场|分站|支社|工会(?:委员会)?|营业[部厅所处]|营业室|分理处|办事处|门市部?|经营部|服务部|项目部"
    r"|连锁店|[\w]{0,6}(?:店|站|厂|所|处|部|厅|库|组|中心|矿|场|社|室|点|车间|公司|工段|队))$"
)
_HEAD = re.compile("公司|合作社|联合社|银行|信用社|集团|事务所|合伙|[厂店院校局社分]")
_LEGAL = re.compile("股份|有限|控股|公司")
_SURE_BRANCH = re.compile(
    r"^(?P<head>.{2,}?)(?P<branch>第?[一二三四五六七八九十0-9]*分(?:公司|厂|店|社|校|院|部|站|场|行|所))$"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_GROUP = re.compile(r"\(集团\)|集团总?$")
_NUMERAL = re.compile(r"[一二三四五六七八九十百]+|[0-9]+")
_ORDINAL = re.compile(r"第(?=[一二三四五六七八九十0-9])")
_SINGLE = re.compile(r"(?<![0-9A-Z])[1-9](?![0-9A-Z])")
_CHINESE_DIGITS = " 一二三四五六七八九"
#: Of a longer name the end is not looked at.
LONGEST = 200


class NameParts(NamedTuple):
    """The parts of one name. `core` is brand and trade without place, brackets and legal form; `inner` the places in brackets."""

    place: str
    township: str
    core: str
    brand: str
    form: LegalForm
    branch: str
    is_group: bool
    inner: tuple[str, ...]

    @property
    def trade(self) -> str:
        """What stands behind the brand."""
        return self.core[len(self.brand) :]

    @property
    def sounds(self) -> tuple[str, ...]:
        """How the core is spoken."""
        return sounds_of(self.core)


def part_name(name: str, places: PlaceNames, province: str = "") -> NameParts:
    """Part `name`; `province` (two digits of the region) is where a short county name is looked for first."""
    return part_spelled(fold_spelling(name[:LONGEST]), places, province)


def part_spelled(spelled: str, places: PlaceNames, province: str) -> NameParts:
    """The same of a name that is folded, no longer than `LONGEST` before that."""
    folded = _one_way_to_count(without_remarks(spelled))
    folded, branch = _branch(folded)
    folded, form = _legal_form(folded)
    folded, is_group = _group(folded)
    lead = places.lead(folded, province)
    rest, inner = _inner_places(folded[lead.end :], places)
    township = lead.township
    if len(rest) < 2 or begins_with_trade(
        rest
    ):  # the last place is the brand: 潜江市园林绿化有限公司, 金华商贸有限公司
        (rest, inner), township = _inner_places(folded[lead.last :], places), ""
    brand = rest[: brand_length(rest)]
    return NameParts(lead.code, township, rest, brand, form, branch, is_group, inner)


def _one_way_to_count(folded: str) -> str:
    """第1分厂, 第一分厂 and 一分厂 are written alike; A1 and 365 stay."""
    if "第" in folded:
        folded = _ORDINAL.sub("", folded)
    return folded if folded.isalpha() else _SINGLE.sub(lambda digit: _CHINESE_DIGITS[int(digit[0])], folded)


def numerals_of(text: str) -> list[str]:
    """The numbers in a name, Chinese or Arabic."""
    return _NUMERAL.findall(text)


def _inner_places(text: str, places: PlaceNames) -> tuple[str, tuple[str, ...]]:
    """`text` without brackets, and the places that stood in them: 宏丰（中国）石化 is 宏丰石化 with 中国 inside."""
    if "(" not in text and ")" not in text:
        return text, ()
    inner = tuple(word for word in _BRACKET.findall(text) if places.is_place(word))
    for word in inner:
        text = text.replace(f"({word})", "")
    return text.replace("(", "").replace(")", ""), inner


def _branch(folded: str) -> tuple[str, str]:
    """The head office's name, and what stands behind it in the name of a branch."""
    if folded.endswith("有限公司") and _HEAD.search(folded, 0, len(folded) - 4) is None:
        return folded, ""
    found = _SURE_BRANCH.match(folded) if "公司" not in folded[:-2] else None
    if found is None:
        found = _BRANCH.match(folded)
        if found and (_LEGAL.match(found["branch"]) or not _BRANCH_WORD.search(found["branch"])):
            found = None
        if (
            found
            and found["head"][-2:] not in ("公司", "作社", "合社", "银行", "用社", "务所", "集团")
            and "分" not in found["branch"]
        ):
            found = None
    return (found["head"], found["branch"]) if found else (folded, "")


def _legal_form(folded: str) -> tuple[str, LegalForm]:
    if folded[-1:] in _LAST_OF_FORMS:
        for ending, form in _FORMS:
            if folded.endswith(ending) and len(folded) > len(ending):
                return folded.removesuffix(ending), form
    return folded, LegalForm.UNKNOWN


def _group(folded: str) -> tuple[str, bool]:
    """The name without 集团, and whether it stood there."""
    if "集团" not in folded:
        return folded, False
    stripped = _GROUP.sub("", folded)
    return stripped, stripped != folded
