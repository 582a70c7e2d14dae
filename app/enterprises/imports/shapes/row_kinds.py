"""What a row below the head is, as far as it tells by itself."""

import enum
import re
import unicodedata
from collections.abc import Sequence

from app.enterprises.imports.shapes.head_text import states_unit
from app.kit.written.days import DayProblem, read_written_day


class RowKind(enum.StrEnum):
    """What a row below the head is; only data is taken in, and whatever else holds something is told."""

    DATA = "data"
    BLANK = "blank"
    HEAD = "head"
    TITLE = "title"
    TOTAL = "total"
    NOTE = "note"


_TOTAL = re.compile(
    r"(?:[^,，。；;:()]{0,12}?(?:合计|小计|总计|累计|共计)|总合计|平均值?|其中:.*|sub-?total|(?:grand)?total|sum)(?:\([^()]*\)|数)?(?::.*)?"
)
_MAY_BE_TOTAL = re.compile(r"计|均|其中|total|sum", re.IGNORECASE)
_MAY_BE_NOTE = re.compile(r"[:：*＊※]|^\s*(?:附?注|备注|说明|附|填|数据|资料|来源)")
_ONLY_SERIAL = re.compile(r"\d{0,6}(?:\.0)?")
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z]{18}")
#: How the name of a firm or an institution ends: such a row is about it, whatever word stands beside.
_NAME = re.compile(r"\D.{2,}(?:公司|合作社|事务所|研究院|研究所|厂|中心|大学|学院|农场)(?:\([^()]*\))*")
_NOTE = re.compile(r"[*※]?(?:附?注|备注|说明|附注|填表说明|填报说明|数据来源|资料来源|来源)\s*\d{0,2}\s*[:.、]|[*※]注")
_ITEM = re.compile(
    r"(?:\d{1,2}[.、)]|\(\d{1,2}\)|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|[①-⑳])\s*\D"
)
_POINT = re.compile(r"(?:\d{1,2}[.、)]|\(\d{1,2}\)|[①-⑳])\s*\D")
_SIGNER = (
    r"填表人?|填报人?|制表人?|编制人?|审核人?|复核人?|审批人?|经办人?|承办人|负责人|单位负责人|主要负责人|分管领导|主管领导|科室负责人|局领导"
    r"|出纳|会计|统计人|联系人|联系电话|电话|日期|填表日期|填报日期|报送日期|制表日期|时间|填报时间|填报单位|填表单位|报送单位|制表单位"
    r"|编制单位|单位\(?盖章\)?|公章|盖章|签字|签名|签章"
)
_SIGNATURE = re.compile(rf"(?:{_SIGNER})(?:\((?:签字|签名|签章|盖章|公章|章)\))?\s*:.*", re.DOTALL)
_NUMERAL = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、]?")
_SIGNED = re.compile(r"盖章|签字|签章|签名")
_SENTENCE = 40
_MAX_TOTAL_WORDS = 2
_QUANTITY = re.compile(r"[-(]?[\d,]+(?:\.\d+)?\)?(?:[百千万亿]+元?|元|%)?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_LONG_NUMBER = 11
_NUMBER_BEGINS = frozenset("-(（0123456789０１２３４５６７８９")


def folded(text: str) -> str:
    """Width made alike, blanks gone."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def filled_cells(cells: Sequence[str]) -> list[tuple[int, str]]:
    """The cells that hold something, each with its column."""
    return [(index, cell) for index, cell in enumerate(cells) if cell]


def is_total(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether the row sums others up: the word stands in its first cell, or beside nothing but a serial number."""
    for place, (_index, cell) in enumerate(filled[:_MAX_TOTAL_WORDS]):
        if _MAY_BE_TOTAL.search(cell) and _TOTAL.fullmatch(folded(cell).lower()):
            return not any(
                _is_somebody(other) for other_place, (_at, other) in enumerate(filled) if other_place != place
            )
        if not _ONLY_SERIAL.fullmatch(cell):
            return False
    return False


def is_note(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether the row remarks on the table or is where people sign it."""
    if not _MAY_BE_NOTE.search(filled[0][1]):
        return False
    first = folded(filled[0][1])
    if _NOTE.match(first):
        return len(filled) <= 3
    return bool(_SIGNATURE.fullmatch(first)) and not any(_CODE.fullmatch(cell) for _index, cell in filled)


def is_title(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether the row tells the unit of what follows, perhaps beside a title, or is a numbered section: `一 | 园林街道`."""
    if len(filled) > 3:
        return False
    numbered = len(filled) == 2 and _NUMERAL.fullmatch(filled[0][1]) and not _is_somebody(filled[1][1])
    return bool(numbered) or any(states_unit(cell) for _index, cell in filled)


def is_sentence(text: str) -> bool:
    """Whether a text that stands alone in its row reads like a remark: a point of a list, or a whole sentence."""
    plain = folded(text)
    if _SIGNED.search(plain) or read_written_day(plain).problem is not DayProblem.UNREADABLE:
        return True
    return bool(_ITEM.match(plain)) or plain.endswith(("。", "：", ":", "；")) or len(plain) > _SENTENCE


def is_point(text: str) -> bool:
    """Whether a text is a numbered point: `2.证书编号为示例编号。`"""
    return bool(_POINT.match(folded(text)))


def is_number(text: str) -> bool:
    """Whether a cell holds a number and nothing else."""
    return text[:1] in _NUMBER_BEGINS and bool(_QUANTITY.fullmatch(unicodedata.normalize("NFKC", text)))


def is_quantity(text: str) -> bool:
    """Whether a cell holds an amount or a count, of which two rows cannot both have the whole; no year, no code."""
    plain = unicodedata.normalize("NFKC", text)
    return (
        bool(_QUANTITY.fullmatch(plain)) and not _YEAR.fullmatch(plain) and len(plain.partition(".")[0]) < _LONG_NUMBER
    )


def names_somebody(text: str) -> bool:
    """Whether a text ends like the name of a firm or an institution."""
    return bool(_NAME.fullmatch(folded(text)))


def _is_somebody(text: str) -> bool:
    return bool(_CODE.fullmatch(folded(text))) or names_somebody(text)
