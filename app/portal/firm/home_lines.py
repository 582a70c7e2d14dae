"""What the firm's home says first: certificates that end, then everything to be done, by its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.duties.domain import find_template
from app.cases.duties.queries import list_open_duties
from app.cases.models import CaseFile
from app.enterprises.expiry import MONTHS_BEFORE, certificate_titles, list_ending, months_reached
from app.kit.i18n import _
from app.kit.periods import months_later
from app.portal.cases.duty_lines import duty_lines
from app.portal.cases.renewal import next_years
from app.portal.firm.requests import PortalRequestLine
from app.portal.shared.plain import nearness, plain_day
from app.programmes.domain.definition import Programme

URGENT_MONTHS = 3
"""A certificate that ends within so many months is shown in red."""


@dataclass(frozen=True)
class CertificateLine:
    """A certificate that ends: when, in how many days, and where the next one is prepared."""

    title: str
    number: str
    day: str
    state: str
    near: str
    todo: str
    url: str


@dataclass(frozen=True)
class DueLine:
    """One thing that the firm is to do. `consequence` says what follows from being late."""

    title: str
    note: str
    state: str
    state_text: str
    url: str
    due_on: date | None
    consequence: str = ""

    @property
    def open(self) -> bool:
        """Whether it can be done now; what opens later only shows."""
        return self.state != "idle"


def certificate_lines(
    session: Session, enterprise_id: int, cases: Sequence[CaseFile], programmes: dict[int, Programme], on: date
) -> tuple[CertificateLine, ...]:
    """The certificates whose end notices tell of: within a year, red within three months."""
    until = months_later(on, max(MONTHS_BEFORE))
    found = [(row, ends, months_reached(ends, on)) for row, ends in list_ending(session, enterprise_id, on, until)]
    titles = certificate_titles(session) if found else {}
    return tuple(
        CertificateLine(
            title=str(titles.get(row.kind, row.kind)),
            number=row.number,
            day=plain_day(ends, on),
            state="late" if months <= URGENT_MONTHS else "wait",
            near=nearness(ends, on),
            **_renewal([case for case in cases if _leads_to(programmes[case.id], row.kind)], programmes, on),
        )
        for row, ends, months in found
        if months is not None
    )


def due_lines(
    session: Session,
    cases: Sequence[CaseFile],
    programmes: dict[int, Programme],
    requests: Sequence[PortalRequestLine],
    on: date,
) -> tuple[DueLine, ...]:
    """What departments ask for and what is to be reported, by its day: overdue first, what has no day last."""
    by_id = {case.id: case for case in cases}
    asked = [_requested(line) for line in requests]
    rows = list_open_duties(session, by_id.keys()) if by_id else []
    duties = [
        DueLine(**vars(line), consequence=_consequence(row.code, programmes[row.case_id], row.due_on, on))
        for row in rows
        for line in duty_lines(by_id[row.case_id].number, [row], on)
    ]
    return tuple(sorted([*asked, *duties], key=lambda line: line.due_on or date.max))


def _leads_to(programme: Programme, kind: str) -> bool:
    return programme.certificate is not None and programme.certificate.kind == kind


def _renewal(cases: Sequence[CaseFile], programmes: dict[int, Programme], on: date) -> dict[str, str]:
    """What the firm does about it: follow the case that leads to the next certificate, begin one, or ask."""
    under_way = next((case for case in cases if case.state == CaseState.OPEN), None)
    if under_way is not None:
        stage = str(programmes[under_way.id].stage(under_way.stage).public)
        return {"todo": _("重新申报：%(stage)s") % {"stage": stage}, "url": f"/portal/cases/{under_way.number}"}
    before = next((case for case in cases if next_years(case, on)), None)
    url = f"/portal/cases/{before.number}/next" if before else ""
    return {"todo": _("如需保持资格，请提前准备重新申报。"), "url": url}


def _requested(line: PortalRequestLine) -> DueLine:
    note = _("，").join(part for part in (line.department, line.due) if part)
    state, text = ("late", _("已逾期")) if line.late else ("wait", _("请您提供"))
    return DueLine(line.title, note, state, text, line.url, line.due_on)


def _consequence(code: str, programme: Programme, due_on: date | None, on: date) -> str:
    """What the programme says of a duty, where its day has passed."""
    template = find_template(programme, code)
    if template is None or due_on is None or due_on >= on:
        return ""
    return str(template.hint or "")
