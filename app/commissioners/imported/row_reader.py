"""A row about an expert or an agreement, cell by cell. Pure but for the tables, which are read once."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from app.commissioners.domain import DEGREE_LABELS, MODE_LABELS, Degree, ServiceMode
from app.commissioners.imported.columns import EXPERT, LABELS, PERSON
from app.commissioners.imported.programme_names import Programmes, load_programmes
from app.commissioners.schemas import CommissionerInput, ImportedTerms
from app.enterprises.domain.names import normalise_name
from app.enterprises.imports.figure.reader import read_yuan
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.kit.i18n import N_
from app.kit.written.days import WrittenDay, read_span, read_written_day
from app.kit.written.telephones import TelephoneProblem, read_telephone
from app.reference.queries import label_of, list_fields

_DEGREES = {
    Degree.DOCTOR: "博士 | 博士研究生 | 博士学位 | 工学博士 | 农学博士 | 理学博士 | 医学博士 | phd",
    Degree.MASTER: "硕士 | 硕士研究生 | 硕士学位 | 工学硕士 | 农学硕士 | 理学硕士",
    Degree.BACHELOR: "本科 | 大学本科 | 学士 | 学士学位 | 大学",
    Degree.OTHER: "其他 | 其它 | 大专 | 专科 | 中专 | 高中",
}
_MODES = {
    ServiceMode.PART_TIME: "兼职 | 兼职服务",
    ServiceMode.RESIDENT: "派驻 | 长期 | 全职 | 驻企",
    ServiceMode.SHORT_TERM: "短期",
}


@dataclass(frozen=True)
class WordTables:
    """The words that cells are read by: degrees, fields, ways of serving, programmes."""

    degrees: Mapping[str, str]
    fields: Mapping[str, str]
    modes: Mapping[str, str]
    programmes: Programmes


def load_word_tables(session: Session) -> WordTables:
    """Read the code tables once."""
    fields: dict[str, str] = {}
    for field in list_fields(session):
        fields |= {fold(name): field.code for name in (field.code, field.name_zh, field.name_en, label_of(field))}
    return WordTables(
        degrees=_words(DEGREE_LABELS, _DEGREES), fields=fields, modes=_words(MODE_LABELS, _MODES),
        programmes=load_programmes(session),
    )  # fmt: skip


def parse_person(source: SourceRow, tables: WordTables) -> Parsed:
    """Everything that the row says about an expert."""
    parsed = Parsed(source)
    if source.problem:
        parsed.refusals.append(source.problem)
        return parsed
    _read_expert(parsed, tables, (*(column.code for column in PERSON),))
    return parsed


def parse_agreement(source: SourceRow, tables: WordTables) -> Parsed:
    """Everything that the row says about an agreement and its expert; `values` has them apart, in `expert` and `terms`."""
    parsed = Parsed(source)
    if source.problem:
        parsed.refusals.append(source.problem)
        return parsed
    _read_expert(parsed, tables, tuple(column.code for column in EXPERT))
    terms = _read_terms(parsed, tables)
    if not parsed.refusals:
        parsed.values["terms"] = _checked(parsed, ImportedTerms, terms)
    return parsed


def expert_key(source: SourceRow) -> tuple[str, str]:
    """Name and unit of the expert whom the row names, to compare by."""
    return fold(normalise_name(source.texts.get("expert", ""))), fold(normalise_name(source.texts.get("unit", "")))


def term_of(source: SourceRow) -> tuple[date | None, date | None]:
    """First and last day of the agreement, from its two columns, else from a span in one; None where they do not read."""
    texts = source.texts
    span = read_span(texts.get("term", "")) or (WrittenDay(None), WrittenDay(None))
    told = [
        read_written_day(text) if (text := texts.get(code)) else of_span
        for code, of_span in zip(("starts_on", "ends_on"), span, strict=True)
    ]
    return told[0].day, told[1].day


def fold(text: str) -> str:
    """A word as it is compared."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _words(labels: Mapping[Any, str], others: Mapping[Any, str]) -> dict[str, str]:
    """Each code by itself, by its label and by what else it is called."""
    return {
        fold(word): code.value
        for code, label in labels.items()
        for word in (code.value, label, *others[code].split(" | "))
    }


def _read_expert(parsed: Parsed, tables: WordTables, codes: tuple[str, ...]) -> None:
    texts = parsed.source.texts
    values: dict[str, Any] = {}
    for code in codes:
        if text := texts.get(code, ""):
            values[code] = text
    values["name"] = normalise_name(values.pop("expert", ""))
    parsed.name = values["name"][:80]
    if not values["name"]:
        parsed.refusals.append(RowReason("expert.missing", text=N_("没有专家姓名。")))
        return
    if "unit" in values:
        values["unit"] = normalise_name(values["unit"])
    for code, words in (("degree", tables.degrees), ("field_code", tables.fields)):
        _translate(parsed, values, code, words)
    _read_phone(parsed, values)
    parsed.values["expert"] = _checked(parsed, CommissionerInput, values)


def _read_phone(parsed: Parsed, values: dict[str, Any]) -> None:
    """The telephone in one spelling; one with a digit too few or too many is none."""
    text = values.pop("phone", "")
    found = read_telephone(text) if text else None
    if found is not None and found.problem is None:
        values["phone"] = found.number
    elif found is not None:
        _leave(parsed, "phone", text, "phone.length" if found.problem is TelephoneProblem.LENGTH else "phone.invalid")


def _translate(parsed: Parsed, values: dict[str, Any], code: str, words: Mapping[str, str]) -> None:
    """The code that a cell's word means; an unknown word is left empty and told."""
    text = values.pop(code, "")
    if not text:
        return
    if found := words.get(fold(text)):
        values[code] = found
    else:
        _leave(parsed, code, text)


def _read_terms(parsed: Parsed, tables: WordTables) -> dict[str, Any]:
    texts = parsed.source.texts
    values: dict[str, Any] = {code: texts[code] for code in ("number", "mode", "aim") if texts.get(code)}
    _translate(parsed, values, "mode", tables.modes)
    values["programme_code"] = _programme(parsed, tables)
    _read_term(parsed, values)
    if text := texts.get("amount_fen", ""):
        _read_amount(parsed, values, text)
    return values


def _programme(parsed: Parsed, tables: WordTables) -> str:
    text = parsed.source.texts.get("programme", "")
    code = tables.programmes.code_of(text) if text else ""
    if not text:
        parsed.refusals.append(RowReason("agreement.programme.missing", text=N_("没有写明专项。")))
    elif not code:
        message = N_("没有名为“%(text)s”的专项，请按系统中的专项名称填写。")
        parsed.refusals.append(RowReason("agreement.programme.unknown", {"text": text[:60]}, message))
    return code


def _read_term(parsed: Parsed, values: dict[str, Any]) -> None:
    texts = parsed.source.texts
    starts, ends = term_of(parsed.source)
    told = " ".join(text for code in ("term", "starts_on", "ends_on") if (text := texts.get(code)))
    if not told:
        parsed.refusals.append(RowReason("agreement.term.missing", text=N_("没有写明服务期限。")))
    elif starts is None or ends is None:
        message = N_("服务期限“%(text)s”无法识别：起止日期都要写到日。")
        parsed.refusals.append(RowReason("agreement.term.unread", {"text": told[:60]}, message))
    elif ends < starts:
        message = N_("终止日期早于起始日期：%(text)s。")
        parsed.refusals.append(RowReason("agreement.ends_before_begins", {"text": told[:60]}, message))
    else:
        values["starts_on"], values["ends_on"] = starts, ends


def _read_amount(parsed: Parsed, values: dict[str, Any], text: str) -> None:
    fen, reason = read_yuan(text, parsed.source.units.get("amount_fen", ""))
    if fen is None or fen < 0:
        _leave(parsed, "amount_fen", text, reason or "negative")
    else:
        values["amount_fen"] = fen


def _checked(parsed: Parsed, form: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values as the form by hand takes them; what it refuses is left empty and told."""
    try:
        checked = form.model_validate(values)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors()}
        if wrong & {"name", "programme_code"} or not wrong & values.keys():
            parsed.refusals.append(RowReason("expert.name", text=N_("专家姓名过长。")))
            return {}
        for name in wrong & values.keys():
            _leave(parsed, name, str(values[name]))
        return _checked(parsed, form, {name: value for name, value in values.items() if name not in wrong})
    return {name: getattr(checked, name) for name in values}


def _leave(parsed: Parsed, code: str, text: str, reason: str = "unread") -> None:
    """Leave a cell empty and tell it."""
    parsed.unread[code] = text
    parsed.remarks.append(RowReason(reason, {"column": LABELS[code], "text": text[:60]}))
