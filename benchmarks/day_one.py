"""A bureau's first day: its workbooks taken into a fresh deployment as they are understood, then told as data.

`python -m benchmarks.day_one OUT.json WORKBOOK…` writes what is in the system afterwards, in the shape that outside checks read
(contract.md, last section). Rows that wait because their name contradicts their code count as refused there.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners.models import Commissioner, ServiceAgreement
from app.composition.slices import compose
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.mapping import SheetMapping, field_of
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.registers import registers_of
from app.enterprises.models import (
    Certificate,
    Contact,
    Conversion,
    Enterprise,
    FormerName,
    IntellectualProperty,
    Product,
    StandardParticipation,
    YearlyFigures,
)
from app.enterprises.part_fields import FIGURE_NAMES
from app.incentives.domain.steps import PastState
from app.incentives.models import PastAward
from app.kit.db import Database, read_scope
from app.reference.models import Region
from benchmarks.world import make_world

Told = dict[str, Any]

REGISTERS_HERE = registers_of(compose())

#: Why a row or a cell was refused, in the words of the check; what is not named here goes by our own word.
CAUSES = {
    "uscc.missing": "code-missing",
    "name.unknown": "unknown-firm",
    "name.ambiguous": "unknown-firm",
    "enterprise.unknown": "unknown-firm",
    "repeat": "repeats-row",
    "repeat.differs": "repeats-row",
    "name.other": "name-contradicts-code",
    "name.differs": "name-contradicts-code",
    "name.taken": "name-contradicts-code",
    "name.rival": "name-contradicts-code",
    "day.incomplete": "date-incomplete",
    "day.invalid": "date-invalid",
    "phone.length": "phone-length",
    "property.not_granted": "not-granted",
    "agreement.ends_before_begins": "ends-before-it-begins",
    "agreement.programme.unknown": "unknown-programme",
    "past_case.programme.unknown": "unknown-programme",
    "negative": "negative-amount",
    "unread": "not-a-number",
    "unit.missing": "not-a-number",
}
_CODE_LENGTH = 18
#: Told apart by the check, not refused.
ASKED = ("conflict", "jump", "rd.exceeds")
#: Names of the forms of conversion as the law has them.
FORMS = {
    "own_use": "自行投资实施转化",
    "transfer": "技术转让",
    "licence": "技术许可",
    "cooperation": "合作转化",
    "equity": "作价投资",
}


def main() -> None:
    """Import, then tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("workbooks", type=Path, nargs="+")
    chosen = parser.parse_args()
    with make_world("sqlite", 0) as world:
        for workbook in chosen.workbooks:
            print(world.run("import", str(workbook), "--yes"), file=sys.stderr)
        database = Database(world.url, compose())
        try:
            with read_scope(database) as session:
                told = dump(session)
        finally:
            database.dispose()
    chosen.out.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def dump(session: Session) -> Told:
    """What is in the system, and what was refused, by kind."""
    codes = dict(session.execute(select(Enterprise.id, Enterprise.uscc)).all())
    rows = list(_waiting_rows(session))
    return {
        "firms": list(_firms(session)),
        "figures": list(_figures(session, codes)),
        "certificates": [
            {"uscc": codes[row.enterprise_id], "kind": row.kind, "number": row.number, "issued_on": _day(row.issued_on)}
            for row in session.scalars(select(Certificate))
        ],
        "rights": list(_rights(session, codes)),
        "contacts": [
            {"uscc": codes[row.enterprise_id], "name": row.name, "title": row.title, "phone": row.phone}
            for row in session.scalars(select(Contact))
        ],
        "experts": [
            {"name": row.name, "unit": row.unit, "title": row.title} for row in session.scalars(select(Commissioner))
        ],
        "agreements": [
            {
                "number": row.number,
                "expert": row.commissioner.name,
                "unit": row.commissioner.unit,
                "uscc": codes[row.enterprise_id],
                "programme": row.programme_code,
                "starts_on": _day(row.starts_on),
                "ends_on": _day(row.ends_on),
            }
            for row in session.scalars(select(ServiceAgreement))
        ],
        "payments": [
            {
                "uscc": codes[row.enterprise_id],
                "year": row.year,
                "scheme": row.scheme_name,
                "yuan": _yuan(row.amount_fen),
                "paid_on": _day(row.paid_on),
                "state": "paid" if row.state == PastState.PAID else "not-paid",
            }
            for row in session.scalars(select(PastAward))
        ],
        "products": [
            {
                "uscc": codes[row.enterprise_id],
                "name": row.name,
                "year": row.year,
                "is_high_tech": row.is_high_tech,
                "yuan": _yuan(row.revenue_fen),
            }
            for row in session.scalars(select(Product))
        ],
        "standards": [
            {
                "uscc": codes[row.enterprise_id],
                "title": row.title,
                "number": row.number,
                "level": row.level,
                "led": row.role == "led",
                "year": row.year,
            }
            for row in session.scalars(select(StandardParticipation))
        ],
        "conversions": list(_conversions(session, codes)),
        "refused": [told for row in rows for told in _refusals(*row)],
        "to_confirm": [told for row in rows for told in _to_confirm(*row)],
        "conflicts": [told for row in rows for told in _conflicts(*row)],
    }


def _firms(session: Session) -> Iterator[Told]:
    regions = dict(session.execute(select(Region.code, Region.name)).all())
    former: dict[int, list[str]] = {}
    for key, name in session.execute(select(FormerName.enterprise_id, FormerName.name)):
        former.setdefault(key, []).append(name)
    for firm in session.scalars(select(Enterprise)):
        yield {
            "uscc": firm.uscc,
            "name": firm.name,
            "township": regions.get(firm.region_code, ""),
            "former_names": former.get(firm.id, []),
        }


def _figures(session: Session, codes: Mapping[int, str]) -> Iterator[Told]:
    for row in session.scalars(select(YearlyFigures)):
        for name in FIGURE_NAMES:
            value = getattr(row, name)
            if value is None:
                continue
            people = name.endswith("_e4")
            yield {
                "uscc": codes[row.enterprise_id],
                "year": row.year,
                "item": name.removesuffix("_fen").removesuffix("_e4"),
                "unit": "人" if people else "元",
                "value": f"{value / 10_000:g}" if people else _yuan(value),
            }


def _rights(session: Session, codes: Mapping[int, str]) -> Iterator[Told]:
    """One of each number, with all its owners."""
    found: dict[str, Told] = {}
    for row in session.scalars(select(IntellectualProperty).order_by(IntellectualProperty.id)):
        told = found.setdefault(
            row.number,
            {
                "number": row.number,
                "kind": row.kind_code,
                "name": row.name,
                "granted_on": _day(row.granted_on),
                "owners": [],
                "other_holders": [name for name in row.other_holders.split("；") if name],
                "state": row.state,
            },
        )
        told["owners"].append(codes[row.enterprise_id])
    yield from found.values()


def _conversions(session: Session, codes: Mapping[int, str]) -> Iterator[Told]:
    for row in session.scalars(select(Conversion)):
        yield {
            "uscc": codes[row.enterprise_id],
            "title": row.title,
            "year": row.year,
            "form": FORMS.get(row.form, row.form),
        }


Waiting = tuple[ImportRow, ImportRun, ImportSheet]


def _waiting_rows(session: Session) -> Iterator[Waiting]:
    statement = (
        select(ImportRow, ImportRun, ImportSheet)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .join(ImportSheet, (ImportSheet.run_id == ImportRow.run_id) & (ImportSheet.position == ImportRow.sheet))
    )
    for row in session.execute(statement.order_by(ImportRow.id)).all():
        yield row[0], row[1], row[2]


def _refusals(row: ImportRow, run: ImportRun, sheet: ImportSheet) -> Iterator[Told]:
    place = {"workbook": run.file_name, "sheet": sheet.name, "row": row.row_number}
    for reason in row.reasons:
        if reason["code"] in ASKED:
            continue
        if column := reason["params"].get("column"):
            year = reason["params"].get("of_year")
            head = _head(sheet, column, year)
            if head:
                yield {**place, "scope": "cell", "field": head, "reason": _cause(reason, sheet)}
        elif row.outcome == RowOutcome.REJECTED or reason["code"] in (
            "name.other",
            "name.differs",
            "name.taken",
            "name.rival",
        ):
            yield {**place, "scope": "row", "field": "", "reason": _cause(reason, sheet)}


def _cause(reason: Told, sheet: ImportSheet) -> str:
    if reason["code"] == "uscc":
        text = reason["params"]["text"].strip()
        return "code-length" if len(text) != _CODE_LENGTH else "code-alphabet"
    if reason["code"] == "name.unknown" and any(
        fills == "uscc" for _at, _head, fills, _unit in sheet.mapping["columns"]
    ):
        return "code-missing"
    return CAUSES.get(reason["code"], reason["code"])


def _head(sheet: ImportSheet, field: str, year: int | None) -> str:
    """The head of the column that the reason speaks of."""
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    for column in layout.columns:
        target = column.target
        told = field_of(target, REGISTERS_HERE) if target else None
        if target and told and target.year == year and field.rpartition(".")[2] in (target.field, told.label):
            return column.header.rpartition(" / ")[2]
    return ""


def _to_confirm(row: ImportRow, run: ImportRun, sheet: ImportSheet) -> Iterator[Told]:
    place = {"workbook": run.file_name, "sheet": sheet.name, "row": row.row_number, "name": row.name}
    if row.outcome != RowOutcome.QUEUED:
        return
    for reason in row.reasons[:1]:
        if reason["code"] == "uscc":
            yield {**place, "what": "uscc", "value": reason["params"]["text"]}
        elif reason["code"] == "property.check":
            yield {
                **place,
                "what": "patent-number",
                "value": reason["params"].get("number") or reason["params"]["text"],
            }


def _conflicts(row: ImportRow, _run: ImportRun, _sheet: ImportSheet) -> Iterator[Told]:
    if not any(reason["code"] == "conflict" for reason in row.reasons):
        return
    uscc, year = row.key.split("|")[:2]
    for name, values in row.differences.items():
        item = name.removeprefix("figures.").partition("@")[0].removesuffix("_fen").removesuffix("_e4")
        yield {
            "uscc": uscc,
            "year": int(name.partition("@")[2] or year),
            "item": item,
            "values": [_yuan(value) for value in values],
        }


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{_yuan(-fen)}"


if __name__ == "__main__":
    main()
