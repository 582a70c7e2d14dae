"""What speaks against asking a firm: it is gone, it lies on file, or it was asked for not long ago. Upper slices know more and say so."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.engagement.domain.requests import (
    Cause,
    RequestedItem,
    RequestKind,
    RequestObjection,
    RequestOutcome,
    months_before,
)
from app.engagement.models import FirmRequest
from app.engagement.queries.periods import repeat_months
from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.queries import gone, gone_words
from app.files.models import Document
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.slices import Port
from app.reference.queries import list_terms


@dataclass(frozen=True)
class Asking:
    """What is wanted of which firms, on which day, and since when an earlier request counts."""

    enterprise_ids: Collection[int]
    wanted: RequestedItem
    since: date
    on: date


Findings = dict[int, list[RequestObjection]]
Knower = Callable[[Session, Asking], Iterable[tuple[int, RequestObjection]]]
#: Upper slices say what they know already of what firms are to be asked for.
KNOWN: Port[Knower] = Port("source of what is known", Callable)


def find_known(session: Session, enterprise_ids: Collection[int], wanted: RequestedItem, on: date) -> Findings:
    """What speaks against asking each of the firms for `wanted` on `on`; the number of queries does not grow with them."""
    asking = Asking(enterprise_ids, wanted, months_before(on, repeat_months(session)), on)
    found: Findings = {}
    for knower in (_gone, _documents, _figures, *composition_of(session).of(KNOWN), _requests):
        for enterprise_id, finding in knower(session, asking):
            found.setdefault(enterprise_id, []).append(finding)
    return found


def _gone(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """Firms that are struck off, without a licence or moved away."""
    for firm in session.scalars(select(Enterprise).where(Enterprise.id.in_(asking.enterprise_ids), gone())):
        yield firm.id, RequestObjection(Cause.GONE, _("该企业%(gone)s。") % {"gone": gone_words(session, firm)})


def _documents(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """The newest document of the kind (and year) that may serve on the day, a firm."""
    wanted = asking.wanted
    if wanted.kind is not RequestKind.MATERIAL:
        return
    statement = select(Document).where(
        Document.enterprise_id.in_(asking.enterprise_ids),
        Document.kind == wanted.what,
        Document.withdrawn_at.is_(None),
        Document.replaced_by.is_(None),
        or_(Document.valid_until.is_(None), Document.valid_until >= asking.on),
    )
    if wanted.year is not None:
        statement = statement.where(or_(Document.year == wanted.year, Document.year.is_(None)))
    newest = {row.enterprise_id: row for row in session.scalars(statement.order_by(Document.id))}
    for enterprise_id, row in newest.items():
        text = _("证据库已有“%(title)s”。") % {"title": row.title}
        yield enterprise_id, RequestObjection(Cause.ON_FILE, text, f"/documents/{row.id}")


def _figures(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """The figure of the year, from whatever source."""
    wanted = asking.wanted
    if wanted.kind is not RequestKind.FIGURE or wanted.what not in YearlyFigures.__table__.columns:
        return
    known = select(YearlyFigures.enterprise_id).where(
        YearlyFigures.enterprise_id.in_(asking.enterprise_ids),
        YearlyFigures.year == wanted.year,
        getattr(YearlyFigures, wanted.what).is_not(None),
    )
    for enterprise_id in session.scalars(known.distinct()):
        text = _("企业库已有 %(year)s 年的这项数据。") % {"year": wanted.year}
        yield enterprise_id, RequestObjection(Cause.ON_FILE, text)


def _requests(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """The last request for the same within the period, a firm."""
    wanted = asking.wanted
    statement = select(FirmRequest).where(
        FirmRequest.enterprise_id.in_(asking.enterprise_ids),
        FirmRequest.kind == wanted.kind,
        FirmRequest.asked_on > asking.since,
        FirmRequest.outcome != RequestOutcome.WITHDRAWN,
    )
    if wanted.kind is RequestKind.OTHER:
        statement = statement.where(FirmRequest.title == wanted.title)
    elif wanted.kind is not RequestKind.VISIT:
        same_year = FirmRequest.year.is_(None) if wanted.year is None else FirmRequest.year == wanted.year
        statement = statement.where(FirmRequest.what == wanted.what, same_year)
    last = {row.enterprise_id: row for row in session.scalars(statement.order_by(FirmRequest.asked_on, FirmRequest.id))}
    names = {choice.code: choice.label for choice in list_terms(session, "department")["department"]} if last else {}
    for enterprise_id, row in last.items():
        reported = {"day": row.asked_on.isoformat(), "who": names.get(row.department, row.department)}
        text = (
            _("%(who)s已于 %(day)s 走访或约定走访。")
            if row.kind == RequestKind.VISIT
            else _("%(who)s已于 %(day)s 要过。")
        )
        yield enterprise_id, RequestObjection(Cause.ASKED, text % reported)
