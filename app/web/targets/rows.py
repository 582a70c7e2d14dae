"""The rows behind a counted target, as a table: one kind of row for each kind of number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.commissioners.models import Commissioner
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_tags, list_valid_certificates
from app.kit.i18n import _
from app.kit.paging import Page
from app.targets import queries
from app.targets.domain import Applications, Commissioners, Counted, Subjects
from app.targets.queries import PlanView

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


@dataclass(frozen=True)
class TargetTable:
    """A table ready to be shown or handed out."""

    header: tuple[str, ...]
    rows: tuple[TargetRow, ...] = field(default=())


def page_of_rows(
    session: Session, counted: Counted, view: PlanView, cursor: str | None, limit: int
) -> tuple[TargetTable, Page[Any]]:
    """One page of the rows that the number counts."""
    found = queries.page_rows(session, view, counted, cursor, limit)
    return _table(session, counted, view, found.items), found


def all_rows(session: Session, counted: Counted, view: PlanView) -> TargetTable:
    """Every row that the number counts, for an export."""
    return _table(session, counted, view, queries.list_rows(session, view, counted))


def _table(session: Session, counted: Counted, view: PlanView, items: Sequence[Any]) -> TargetTable:
    if isinstance(counted, Applications):
        return _cases(session, items)
    if isinstance(counted, Commissioners):
        return _experts(counted, view, items)
    return _firms(session, counted, view.period.on, items)


def _cases(session: Session, items: Sequence[CaseFile]) -> TargetTable:
    days = queries.submission_days(session, [case.id for case in items])
    header = (_("受理编号"), _("企业"), _("统一社会信用代码"), _("申报日期"))
    return TargetTable(
        header,
        tuple(
            TargetRow(
                (case.number, case.enterprise.name, case.enterprise.uscc, days.get(case.id)),
                f"/cases/{case.number}",
            )
            for case in items
        ),
    )


def _experts(counted: Commissioners, view: PlanView, items: Sequence[Commissioner]) -> TargetTable:
    header = (_("姓名"), _("工作单位"), _("服务企业"), _("协议期限"))
    return TargetTable(
        header,
        tuple(TargetRow(_expert_cells(counted, view, item), f"/commissioners/{item.public_id}") for item in items),
    )


def _expert_cells(counted: Commissioners, view: PlanView, item: Commissioner) -> tuple[str, ...]:
    """The agreements that make the person count, joined."""
    made = [
        agreement
        for agreement in item.agreements
        if agreement.programme.counts_as == counted.headcount.value and agreement.term.touches_year(view.period.year)
    ]
    firms = "、".join(dict.fromkeys(agreement.enterprise.name for agreement in made))
    terms = "；".join(
        _("%(first)s 至 %(last)s") % {"first": agreement.starts_on, "last": agreement.effective_end}
        for agreement in made
    )
    return (item.name, item.unit, firms, terms)


def _firms(session: Session, counted: Any, on: date, items: Sequence[Enterprise]) -> TargetTable:
    ids = [item.id for item in items]
    certificates = list_valid_certificates(session, ids, on)
    tags = list_tags(session, ids) if isinstance(counted, Subjects) else {}
    header = [_("企业"), _("统一社会信用代码"), _("证书编号"), _("有效期至")]
    if isinstance(counted, Subjects):
        header.append(_("计入依据"))

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

    return TargetTable(tuple(header), tuple(TargetRow(cells(item), f"/enterprises/{item.uscc}") for item in items))
