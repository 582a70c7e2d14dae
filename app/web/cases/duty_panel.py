"""后续事项 of a case: its duties by day, what may be reported, and the ground on which a certificate may be lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.duties import actions
from app.cases.duties.creation import list_duties
from app.cases.duties.domain import grounds_to_revoke, is_missed
from app.cases.duties.models import CaseDuty
from app.cases.duties.revocation import find_certificate
from app.cases.duties.words import duty_title
from app.cases.loaded import place_of
from app.cases.models import CaseFile
from app.doors.casework.duties import is_waiting, reports_of
from app.enterprises.models import Certificate
from app.kit.actor import Actor
from app.kit.i18n import _, ngettext
from app.kit.permissions import can
from app.programmes.domain.definition import DutyTemplate, Programme
from app.web.shared.case_lines import Badge, due_badge, short_day


@dataclass(frozen=True)
class DutyLine:
    """One duty: for which period, how it stands, and its page."""

    row: CaseDuty
    title: str
    badge: Badge
    by: str
    note: str
    url: str


@dataclass(frozen=True)
class RevocationLine:
    """So many missed duties that the certificate may be lost; `url` where the reader may decide it."""

    text: str
    grounds: str
    certificate: str
    revoked: str
    url: str


@dataclass(frozen=True)
class DutyPanel:
    """The duties of a case: due or missed ones, those to come, those behind it."""

    present: tuple[DutyLine, ...]
    coming: tuple[DutyLine, ...]
    past: tuple[DutyLine, ...]
    reports: tuple[tuple[str, str], ...]
    revocation: RevocationLine | None


def duty_panel(session: Session, case: CaseFile, programme: Programme, actor: Actor, on: date) -> DutyPanel | None:
    """The panel; None where the programme has no duties or none was brought about yet."""
    if not programme.duties:
        return None
    rows = list_duties(session, case.id)
    reports = _reports(case, programme, actor)
    if not rows and not reports:
        return None
    lines = [duty_line(case, row, on) for row in rows]
    waits = [line for line in lines if is_waiting(line.row)]
    return DutyPanel(
        present=tuple(line for line in waits if line.row.opens_on <= on),
        coming=tuple(line for line in waits if line.row.opens_on > on),
        past=tuple(line for line in reversed(lines) if line not in waits),
        reports=reports,
        revocation=_revocation(session, case, programme, actor, rows, on),
    )


def duty_line(case: CaseFile, row: CaseDuty, on: date) -> DutyLine:
    """A duty as lists show it."""
    return DutyLine(
        row=row,
        title=duty_title(row),
        badge=duty_badge(row, on),
        by={"enterprise": _("企业"), "bureau": _("市局")}[row.by],
        note=_("已存草稿") if row.draft and row.done_on is None else "",
        url=f"/cases/{case.number}/duties/{row.id}",
    )


def duty_badge(row: CaseDuty, on: date) -> Badge:
    """How a duty stands, in a word or two."""
    if row.done_on is not None:
        late = row.due_on is not None and row.done_on > row.due_on
        words = _("逾期完成 %(day)s") if late else _("已完成 %(day)s")
        return ("wait" if late else "good"), words % {"day": short_day(row.done_on, on)}
    if row.waived_on is not None:
        return "idle", _("已免除") if row.waived_by else _("随件办结")
    if row.opens_on > on:
        return "idle", short_day(row.due_on, on) if row.due_on else _("待定日期")
    return due_badge(row.due_on, on) or ("wait", _("待定日期"))


def _reports(case: CaseFile, programme: Programme, actor: Actor) -> tuple[tuple[str, str], ...]:
    """What may be reported from the stage in which the case stands: the title and the address of its form."""
    if not can(actor, actions.FILL, place_of(case.enterprise)):
        return ()
    return tuple(
        (str(template.title), f"/cases/{case.number}/duties/report/{template.code}")
        for template in reports_of(case, programme)
    )


def _revocation(
    session: Session, case: CaseFile, programme: Programme, actor: Actor, rows: Sequence[CaseDuty], on: date
) -> RevocationLine | None:
    missed = [row.code for row in rows if is_missed(row.due_on, row.done_on, row.waived_on, on)]
    grounds = grounds_to_revoke(programme, missed)
    certificate = find_certificate(session, case) if grounds else None
    if certificate is None:
        return None
    may = certificate.revoked_on is None and can(actor, actions.REVOKE, place_of(case.enterprise))
    return RevocationLine(
        text=_("；").join(_missed(template, n) for template, n in grounds),
        grounds=_("；").join(_cited(programme, template) for template, _n in grounds),
        certificate=certificate.number,
        revoked=_revoked(certificate),
        url=f"/cases/{case.number}/revocation" if may else "",
    )


def _revoked(certificate: Certificate) -> str:
    day = certificate.revoked_on
    return _("证书已于 %(day)s 撤销") % {"day": day.isoformat()} if day else ""


def _missed(template: DutyTemplate, n: int) -> str:
    reported = {"title": template.title, "n": n, "limit": template.missed_limit}
    return (
        ngettext(
            "“%(title)s”累计 %(n)s 次未按期完成（达到 %(limit)s 次）",
            "“%(title)s”累计 %(n)s 次未按期完成（达到 %(limit)s 次）",
            n,
        )
        % reported
    )


def _cited(programme: Programme, template: DutyTemplate) -> str:
    return _("、").join(
        f"{programme.source(cite.source).document}{f' {cite.clause}' if cite.clause else ''}" for cite in template.cites
    )
