"""The rows behind a counted target, as a table: one kind of row for each kind of number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.commissioners.models import Commissioner
from app.doors.lists.columns import TableColumn
from app.doors.lists.view import ListView
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_tags, list_valid_certificates
from app.kit.i18n import N_, _
from app.targets import queries
from app.targets.domain import Applications, Commissioners, Counted, Period, Subjects
from app.targets.lists import TARGET_ROWS, TargetItem, TargetRowFilter

NOTHING = "—"


@dataclass(frozen=True)
class TargetRow:
    """One row: its cells, and where the first one leads."""

    cells: tuple[Any, ...]
    url: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells as people read them."""
        return tuple(NOTHING if cell in (None, "") else str(cell) for cell in self.cells)


#: The rows behind every number; `list_of` says how those behind one look.
LIST: ListView[TargetItem, TargetRowFilter, TargetRow] = ListView(
    base="/targets", source=TARGET_ROWS, lines=lambda _viewer, _rows: (), also=("year",)
)


def list_of(counted: Counted, period: Period, name: str) -> ListView[TargetItem, TargetRowFilter, TargetRow]:
    """The rows behind a number, for its page and its file."""
    return replace(
        LIST,
        lines=lambda viewer, rows: _lines(viewer.session, counted, period, rows),
        columns=tuple(
            TableColumn[TargetRow](head, lambda row, place=place: row.cells[place])  # type: ignore[misc]
            for place, head in enumerate(_heads(counted))
        ),
        file=lambda _viewer: name,
    )


def _heads(counted: Counted) -> tuple[str, ...]:
    if isinstance(counted, Applications):
        return (N_("受理编号"), N_("企业"), N_("统一社会信用代码"), N_("申报日期"))
    if isinstance(counted, Commissioners):
        return (N_("姓名"), N_("工作单位"), N_("服务企业"), N_("协议期限"))
    held = (N_("企业"), N_("统一社会信用代码"), N_("证书编号"), N_("有效期至"))
    return (*held, N_("计入依据")) if isinstance(counted, Subjects) else held


def _lines(session: Session, counted: Counted, period: Period, items: Sequence[Any]) -> Sequence[TargetRow]:
    if isinstance(counted, Applications):
        return _cases(session, items)
    if isinstance(counted, Commissioners):
        return [
            TargetRow(_expert_cells(counted, period.year, item), f"/commissioners/{item.public_id}") for item in items
        ]
    return _firms(session, counted, period.on, items)


def _cases(session: Session, items: Sequence[CaseFile]) -> Sequence[TargetRow]:
    days = queries.submission_days(session, [case.id for case in items])
    return [
        TargetRow((case.number, case.enterprise.name, case.enterprise.uscc, days.get(case.id)), f"/cases/{case.number}")
        for case in items
    ]


def _expert_cells(counted: Commissioners, year: int, item: Commissioner) -> tuple[str, ...]:
    """The agreements that make the person count, joined."""
    made = [
        agreement
        for agreement in item.agreements
        if agreement.programme.counts_as == counted.headcount.value and agreement.term.touches_year(year)
    ]
    firms = "、".join(dict.fromkeys(agreement.enterprise.name for agreement in made))
    terms = "；".join(
        _("%(first)s 至 %(last)s") % {"first": agreement.starts_on, "last": agreement.effective_end}
        for agreement in made
    )
    return (item.name, item.unit, firms, terms)


def _firms(session: Session, counted: Any, on: date, items: Sequence[Enterprise]) -> Sequence[TargetRow]:
    ids = [item.id for item in items]
    certificates = list_valid_certificates(session, ids, on)
    tags = list_tags(session, ids) if isinstance(counted, Subjects) else {}

    def cells(item: Enterprise) -> tuple[Any, ...]:
        held = [row for row in certificates.get(item.id, []) if row.kind == counted.certificate]
        listed = any(tag.tag == getattr(counted, "tag", "") for tag in tags.get(item.id, []))
        found: list[Any] = [
            item.name,
            item.uscc,
            "、".join(row.number for row in held),
            max((row.expires_on for row in held if row.expires_on), default=None),
        ]
        if isinstance(counted, Subjects):
            found.append("、".join([*([_("有效证书")] if held else []), *([_("入库标签")] if listed else [])]))
        return tuple(found)

    return [TargetRow(cells(item), f"/enterprises/{item.uscc}") for item in items]
