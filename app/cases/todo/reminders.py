"""To remind: departments and firms that are late, duties, certificates and documents that end soon, others' days near."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.cases.domain.state import CaseState
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.opinions.models import Opinion
from app.cases.supply.models import CaseMaterial, CorrectionItem
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.cases.todo.rows import AHEAD, Rows, bureaus_turn, cases, led, of_desk
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.queries import candidates, visible_to
from app.files.models import Document
from app.kit.clock import start_of_day
from app.kit.periods import months_later
from app.programmes.domain.duties import BeforeExpiry

#: Twelve, six and three months before a certificate ends its firm is reminded; each reminder stays for a month, the last until the end.
MONTHS_BEFORE = (12, 6)
LAST_MONTHS = 3
WINDOW = 1
DOCUMENT_DAYS = 30


def _opinions(asked: TodoQuery) -> TodoSource:
    """Departments past their day that were not reminded today."""
    rows = cases(asked, (Opinion, Opinion.case_id == CaseFile.id)).where(
        Opinion.outcome == "",
        Opinion.withdrawn_at.is_(None),
        Opinion.due_on < asked.on,
        or_(Opinion.reminded_at.is_(None), Opinion.reminded_at < start_of_day(asked.on)),
    )
    return TodoSource(
        rows=rows,
        key=Opinion.id,
        due=Opinion.due_on,
        dated=True,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=Opinion.department,
        n=Opinion.reminders,
        version=Opinion.version,
    )


def _late_item(item: type[CorrectionItem], asked: TodoQuery) -> ColumnElement[bool]:
    return and_(
        item.case_id == CaseFile.id,
        item.settled_on.is_(None),
        item.answered_at.is_(None),
        item.due_on < asked.on,
    )


def _corrections(asked: TodoQuery) -> TodoSource:
    """Firms past the day for their corrections: one to-do a case, the first item speaks for it."""
    earlier = aliased(CorrectionItem)
    first = ~exists().where(_late_item(earlier, asked), earlier.id < CorrectionItem.id)
    return TodoSource(
        rows=cases(asked, (CorrectionItem, _late_item(CorrectionItem, asked))).where(first),
        key=CorrectionItem.id,
        due=CorrectionItem.due_on,
        dated=True,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=CorrectionItem.remark,
    )


def _milestones(asked: TodoQuery) -> TodoSource:
    """Cases in the hands of firm or province whose next day is near or past."""
    near = CaseFile.next_due_on <= asked.on + timedelta(days=AHEAD)
    return TodoSource(
        rows=cases(asked).where(near, led(asked), ~bureaus_turn(asked)),
        key=CaseFile.id,
        due=CaseFile.next_due_on,
        dated=True,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
    )


def _reminders(asked: TodoQuery) -> tuple[str, ...]:
    """The duties that remind of a certificate's end: theirs is the time from one mark to the next."""
    return tuple(
        sorted(
            {
                duty.code
                for programme in asked.catalogue.versions.values()
                for duty in programme.duties
                if isinstance(duty.due, BeforeExpiry)
            }
        )
    )


def _duties(asked: TodoQuery, by: str) -> TodoSource:
    near = CaseDuty.due_on <= asked.on + timedelta(days=AHEAD)
    begun = and_(CaseDuty.code.in_(_reminders(asked)), CaseDuty.opens_on <= asked.on, CaseDuty.due_on.is_not(None))
    rows = cases(asked, (CaseDuty, CaseDuty.case_id == CaseFile.id), open=False)
    return TodoSource(
        rows=rows.where(CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None), CaseDuty.by == by, or_(near, begun)),
        key=CaseDuty.id,
        due=CaseDuty.due_on,
        dated=True,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=CaseDuty.title_zh,
        about_en=CaseDuty.title_en,
    )


def _firms_duties(asked: TodoQuery) -> TodoSource:
    return _duties(asked, "enterprise")


def _own_duties(asked: TodoQuery) -> TodoSource:
    return _duties(asked, "bureau")


def certified_by(asked: TodoQuery) -> dict[str, str]:
    """Which programme leads to each kind of certificate, of those that end."""
    return {
        programme.certificate.kind: code
        for code, programme in asked.catalogue.known().items()
        if programme.certificate is not None and programme.certificate.validity_years
        if not asked.programme or asked.programme == code
    }


def _certificates(asked: TodoQuery) -> TodoSource | None:
    """Certificates that came by a list and end soon; those of cases led here have duties of their own."""
    kinds = certified_by(asked)
    if not kinds:
        return None
    newer = aliased(Certificate)
    followed = exists().where(
        newer.enterprise_id == Certificate.enterprise_id,
        newer.kind == Certificate.kind,
        newer.expires_on > Certificate.expires_on,
    )
    rows: Rows = select(Certificate.id).join(Enterprise, Enterprise.id == Certificate.enterprise_id)
    return TodoSource(
        rows=rows.where(
            Certificate.kind.in_(sorted(kinds)),
            Certificate.case_number.is_(None),
            Certificate.revoked_on.is_(None),
            _ends_soon(asked.on),
            ~followed,
            ~_under_way(kinds),
            _mine(asked),
            candidates(),
            visible_to(asked.actor),
        ),
        key=Certificate.id,
        due=Certificate.expires_on,
        dated=True,
        firm_id=Certificate.enterprise_id,
        about=Certificate.kind,
        about_en=Certificate.number,
    )


def _ends_soon(on: date) -> ColumnElement[bool]:
    windows = [
        Certificate.expires_on.between(months_later(on, months - WINDOW), months_later(on, months))
        for months in MONTHS_BEFORE
    ]
    return or_(*windows, Certificate.expires_on.between(on, months_later(on, LAST_MONTHS)))


def _under_way(kinds: dict[str, str]) -> ColumnElement[bool]:
    """Whether the firm is being led to the next certificate already."""
    leads = (and_(Certificate.kind == kind, CaseFile.programme_code == code) for kind, code in kinds.items())
    return exists().where(
        CaseFile.enterprise_id == Certificate.enterprise_id, CaseFile.state == CaseState.OPEN, or_(*leads)
    )


def _mine(asked: TodoQuery) -> ColumnElement[bool]:
    """On one officer's desk: the firms of whose cases, open or not, the officer leads one."""
    if asked.officer_id is None:
        return Enterprise.id.is_not(None)
    return exists().where(CaseFile.enterprise_id == Enterprise.id, CaseFile.officer_id == asked.officer_id)


def _documents(asked: TodoQuery) -> TodoSource:
    """Documents that serve an open case and end soon, or ended within the last weeks."""
    window = timedelta(days=DOCUMENT_DAYS)
    serves = exists().where(
        CaseMaterial.document_id == Document.id,
        CaseMaterial.state != "removed",
        CaseMaterial.case_id == CaseFile.id,
        of_desk(asked),
    )
    rows: Rows = select(Document.id).join(Document.enterprise)
    return TodoSource(
        rows=rows.where(
            Document.valid_until.between(asked.on - window, asked.on + window),
            Document.withdrawn_at.is_(None),
            Document.replaced_by.is_(None),
            serves,
            visible_to(asked.actor),
        ),
        key=Document.id,
        due=Document.valid_until,
        dated=True,
        firm_id=Document.enterprise_id,
        about=Document.title,
    )


OPINION_LATE = Provider("opinion_late", TodoGroup.REMIND, _opinions)
CORRECTION_LATE = Provider("correction_late", TodoGroup.REMIND, _corrections)
MILESTONE = Provider("milestone", TodoGroup.REMIND, _milestones, kept_for=lambda asked: asked.actor.traits.heads)
FIRMS_DUTY = Provider("firms_duty", TodoGroup.REMIND, _firms_duties)
OWN_DUTY = Provider("own_duty", TodoGroup.REMIND, _own_duties)
CERTIFICATE = Provider("certificate", TodoGroup.REMIND, _certificates, kept_for=lambda _asked: "")
DOCUMENT = Provider("document", TodoGroup.REMIND, _documents)
