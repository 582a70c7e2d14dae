"""A row of a payment list, cell by cell. Banks, account numbers and who handed the money out are no columns here: they are never taken in."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.imports.fields import ImportField
from app.enterprises.imports.figure.reader import read_yuan
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import EARLIEST, Parsed, SourceRow, read_yes_no
from app.incentives.domain.steps import PastState
from app.incentives.queries.schemes import list_families
from app.kit.i18n import N_
from app.kit.written.days import DayProblem, WrittenDay, read_written_day

FIRST_YEAR = 1990
LONGEST_NAME, LONGEST_DOCUMENT, LONGEST_NOTE = 120, 200, 2_000


def _column(code: str, label: str, known_as: str, *, required: bool = False, unit: str = "") -> ImportField:
    return ImportField(code, label, tuple(known_as.split(" | ")), required=required, unit=unit)


COLUMNS = (
    _column(
        "scheme_name",
        N_("奖补事项"),
        "奖补事项 | 奖补项目 | 奖补类别 | 奖补类型 | 奖补名称 | 奖补政策 | 奖励事项 | 奖励项目 | 奖励类别 | 奖励名称 | 补助事项 | 补助项目"
        " | 补助类别 | 补贴项目 | 资助项目 | 资金名称 | 资金项目 | 政策名称 | 政策事项 | 兑现事项 | 兑现政策 | 发放事由 | 拨付事由 | 奖补事由 | 事项 | scheme",
        required=True,
    ),
    _column(
        "amount_fen",
        N_("金额"),
        "奖补金额 | 奖励金额 | 补助金额 | 补贴金额 | 资助金额 | 发放金额 | 拨付金额 | 实拨金额 | 兑现金额 | 奖补资金 | 奖励资金 | 补助资金"
        " | 拨付资金 | 奖金 | 奖补额 | 金额 | amount",
        required=True,
        unit="元",
    ),
    _column(
        "year",
        N_("年度"),
        "年度 | 奖补年度 | 奖励年度 | 兑现年度 | 所属年度 | 资金年度 | 拨付年度 | 发放年度 | 年份 | year",
    ),
    _column(
        "paid_on",
        N_("拨付日期"),
        "拨付日期 | 拨付时间 | 发放日期 | 发放时间 | 支付日期 | 支付时间 | 兑现日期 | 兑现时间 | 拨款日期 | 拨款时间 | 到账日期 | 到账时间"
        " | 付款日期 | paid on",
    ),
    _column(
        "state",
        N_("进度"),
        "拨付状态 | 发放状态 | 支付状态 | 兑现状态 | 拨付情况 | 发放情况 | 兑现情况 | 是否拨付 | 是否发放 | 是否兑现 | 是否到账 | 拨付进度 | 进度",
    ),
    _column(
        "document",
        N_("依据文件"),
        "依据文件 | 文件依据 | 政策依据 | 文号 | 文件号 | 文件文号 | 下达文号 | 批准文号 | 批复文号 | 资金文号 | 文件名称 | 下达文件 | 批文号 | 依据 | document",
    ),
    _column("note", N_("备注"), "备注 | 备注说明 | 说明 | note"),
)
LABELS = {column.code: column.label for column in COLUMNS}

_YEAR = re.compile(r"(\d{4})(?:年度|年)?")
_PAID = re.compile(r"(?:已|全部|全额)(?:拨付?|发放?|支付|兑现|到账|拨款)(?:完毕|到位)?|拨付|发放|到账|兑现")
_UNPAID = re.compile(r".*(?:暂缓|缓发|缓拨|停发|未|待|不予|取消|退回|收回).*")
_TITLE = re.compile(
    r"(?:\d{4}年?度?)?((?:(?!发放|拨付|花名册|名单|明细)[\u4e00-\u9fff（）()])*?(?:奖励|奖补|补助|补贴|资助))"
)


@dataclass(frozen=True)
class PaymentWords:
    """The schemes by what lists call them, and the day up to which something can have been paid."""

    schemes: Mapping[str, str]
    today: date

    def scheme_of(self, name: str) -> str | None:
        """The scheme that `name` means, if it means one."""
        return self.schemes.get(_signs_of(name))


def load_payment_words(session: Session, today: date, prefix: str) -> PaymentWords:
    """Read the schemes' names once; a name that two schemes have means neither."""
    found: dict[str, set[str]] = {}
    for family in list_families(session, prefix):
        for version in family.versions:
            for name in (family.code, version.scheme.name.zh, version.scheme.name.en):
                found.setdefault(_signs_of(name), set()).add(family.code)
    return PaymentWords({name: codes.pop() for name, codes in found.items() if len(codes) == 1}, today)


def guess_scheme(titles: str) -> str:
    """For what a list was paid, where only its name or title says so: `2023年高企认定奖励发放表` is 高企认定奖励."""
    found = [each[1] for text in titles.split() if (each := _TITLE.match(text))]
    return max(found, key=len, default="")


def parse_payment(source: SourceRow, words: PaymentWords) -> Parsed:
    """Everything that the row says about one award of a firm."""
    parsed = Parsed(source)
    if source.problem:
        parsed.refusals.append(source.problem)
        return parsed
    _read_scheme(parsed, words)
    _read_amount(parsed)
    _read_payment(parsed, words)
    _read_year(parsed, words)
    for code, longest in (("document", LONGEST_DOCUMENT), ("note", LONGEST_NOTE)):
        _read_text(parsed, code, longest)
    return parsed


def payment_key(values: Mapping[str, Any]) -> str:
    """What tells one award of a firm from another: year, purpose, amount, day."""
    told = (
        values.get("year"),
        _signs_of(values.get("scheme_name", "")),
        values.get("amount_fen"),
        values.get("paid_on"),
    )
    return "|".join("" if each is None else str(each) for each in told)


def same_scheme(one: str, other: str) -> bool:
    """Whether two lists name the same purpose."""
    return _folded(one) == _folded(other)


def _read_scheme(parsed: Parsed, words: PaymentWords) -> None:
    name = re.sub(r"\s+", " ", parsed.source.texts.get("scheme_name", "")).strip()
    if not name:
        parsed.refusals.append(RowReason("award.scheme.missing", text=N_("没有写明奖补事项。")))
    elif len(name) > LONGEST_NAME:
        parsed.refusals.append(RowReason("award.scheme.long", text=N_("奖补事项过长。")))
    else:
        parsed.values |= {"scheme_name": name, "scheme_code": words.scheme_of(name)}


def _read_amount(parsed: Parsed) -> None:
    text = parsed.source.texts.get("amount_fen", "")
    parsed.values["amount_fen"] = None
    if not text:
        return
    fen, reason = read_yuan(text, parsed.source.units.get("amount_fen", ""))
    if fen is None or fen < 0:
        _leave(parsed, "amount_fen", text, reason or "negative")
    else:
        parsed.values["amount_fen"] = fen


def _read_payment(parsed: Parsed, words: PaymentWords) -> None:
    """Whether and when it was paid: a day says so, else the words beside it; nothing said is not paid."""
    day, said = parsed.source.texts.get("paid_on", ""), parsed.source.texts.get("state", "")
    written = read_written_day(day)
    paid_on = written.day if written.day and EARLIEST <= written.day <= words.today else None
    held = next((text for text in (said, day) if _UNPAID.fullmatch(text)), "")
    paid = not held and bool(
        paid_on
        or written.problem is DayProblem.INCOMPLETE
        or _PAID.fullmatch(said)
        or _PAID.fullmatch(day)
        or read_yes_no(said)
    )
    parsed.values |= {
        "state": (PastState.PAID if paid else PastState.UNPAID).value,
        "paid_on": paid_on if paid else None,
    }
    if held:
        parsed.values["note"] = held
    if day and day != held and parsed.values["paid_on"] is None:
        _leave(parsed, "paid_on", day, _why_no_day(written))


def _why_no_day(written: WrittenDay) -> str:
    if written.day is not None:
        return "day.future"
    return "day.incomplete" if written.problem is DayProblem.INCOMPLETE else "day.invalid"


def _read_year(parsed: Parsed, words: PaymentWords) -> None:
    text, paid_on = parsed.source.texts.get("year", ""), parsed.values["paid_on"]
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found and FIRST_YEAR <= int(found[1]) <= words.today.year:
        parsed.values["year"] = int(found[1])
    elif not text and paid_on is not None:
        parsed.values["year"] = paid_on.year
    else:
        parsed.refusals.append(RowReason("award.year.missing", {"text": text[:60]}, N_("没有可以识别的奖补年度。")))


def _read_text(parsed: Parsed, code: str, longest: int) -> None:
    text = parsed.source.texts.get(code, "")
    said = "；".join(filter(None, (parsed.values.get(code, ""), text)))
    if len(said) > longest:
        _leave(parsed, code, text)
    else:
        parsed.values[code] = said


def _leave(parsed: Parsed, code: str, text: str, reason: str = "unread") -> None:
    parsed.unread[code] = text
    parsed.remarks.append(RowReason(reason, {"column": LABELS[code], "text": text[:60]}))


def _folded(text: str) -> str:
    return re.sub(r"[\s()（）“”\"'《》·\-—]", "", unicodedata.normalize("NFKC", text)).casefold()


def _signs_of(name: str) -> str:
    """A name by the characters that it is made of: lists write the same words in another order (首次认定奖励, 认定奖励（首次认定）)."""
    return "".join(sorted(set(_folded(name)))) if name else ""
