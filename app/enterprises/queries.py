"""Reading the register. What a list shows, its count, its search and its export show too: one scope, one filter."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, defer

from app.enterprises.domain.uscc import normalise
from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag, FormerCode, FormerName
from app.enterprises.search_index import matching
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Direction, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region
from app.reference.models import Industry

SortName = Literal["name", "registered", "updated", "capital"]
SORTS: dict[str, Any] = {
    "name": Enterprise.name_pinyin,
    "registered": Enterprise.registered_key,
    "updated": Enterprise.updated_at,
    "capital": Enterprise.capital_key,
}
BATCH = 1_000

_LIST_COLUMNS = (
    defer(Enterprise.business_scope, raiseload=True),
    defer(Enterprise.search_text, raiseload=True),
    defer(Enterprise.edited_fields, raiseload=True),
)


@dataclass(frozen=True)
class EnterpriseFilter:
    """Which firms. Empty and None do not narrow; retired firms show only when asked for.

    `field` and `industry` take broader codes too; `certificate` is a kind that must be valid on `certificate_on`;
    `within` is a `Select` of ids that an upper slice supplies (the firms in a stage, say).
    """

    q: str = ""
    region: str = ""
    park: str = ""
    field: str = ""
    industry: str = ""
    tag: str = ""
    scale: str = ""
    above_scale: bool | None = None
    unconfirmed: bool = False
    retired: bool = False
    certificate: str = ""
    certificate_on: date | None = None
    within: Select[int] | None = None

    def without(self, **changes: Any) -> "EnterpriseFilter":
        """The same filter with some narrowing changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Sort:
    """By what a list is ordered; ties go by id, so that pages neither repeat nor skip a firm."""

    by: str = "name"
    direction: Direction = "asc"

    def keyset(self) -> Keyset:
        """The total order. Raises `Invalid` for an unknown name."""
        if self.by not in SORTS or self.direction not in ("asc", "desc"):
            raise Invalid("enterprise.sort", _("不能按此排序。"), {"sort": _("不能按此排序。")})
        return Keyset([(SORTS[self.by], self.direction), (Enterprise.id, self.direction)])


# -- scope and filter --------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The firms that `actor` may see: an officer's or a client's region, a firm's own record, everything for the system."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.kind is ActorKind.ENTERPRISE:
        return Enterprise.id == actor.enterprise_id
    if actor.kind in (ActorKind.OFFICER, ActorKind.CLIENT):
        return likely_within(Enterprise.region_code, actor.region_prefix)
    return false()


def select_visible_to(session: Session, actor: Actor, wanted: EnterpriseFilter) -> Select[Enterprise]:
    """The firms that `actor` may see and `wanted` asks for, unordered."""
    return select(Enterprise).where(visible_to(actor), *_conditions(session, wanted))


def _conditions(session: Session, wanted: EnterpriseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Enterprise.disabled_on.is_not(None) if wanted.retired else Enterprise.disabled_on.is_(None)
    ]
    searched = matching(session, wanted.q)
    if searched is not None:
        found.append(searched)
    if wanted.region:
        found.append(_region(wanted.region))
    if wanted.field:
        found.append(_field(wanted.field))
    if wanted.industry:
        found.append(_industry(wanted.industry))
    if wanted.park:
        found.append(Enterprise.park_code == wanted.park)
    if wanted.scale:
        found.append(Enterprise.scale == wanted.scale)
    if wanted.above_scale is not None:
        found.append(Enterprise.above_scale.is_(wanted.above_scale))
    if wanted.unconfirmed:
        found.append(Enterprise.uscc_confirmed.is_(False))
    found += _related(wanted)
    return found


def _region(code: str) -> ColumnElement[bool]:
    """A township exactly (its index gives the order too), a broader division as a range, `unknown` as none on file."""
    if code == "unknown":
        return Enterprise.region_code == ""
    return Enterprise.region_code == code if len(code) >= 9 else within_region(Enterprise.region_code, code)


def _field(code: str) -> ColumnElement[bool]:
    """A second-level field exactly; a first-level one (`20`) with everything below it (`201` …)."""
    return Enterprise.field_code == code if len(code) > 2 else within_region(Enterprise.field_code, code[:1])


def _industry(code: str) -> ColumnElement[bool]:
    """A section (a letter) with all its divisions, or a numeric code with all that begins with it."""
    if code[:1].isdigit():
        return within_region(Enterprise.industry_code, code)
    return Enterprise.industry_code.in_(select(Industry.code).where(Industry.section == code))


def _related(wanted: EnterpriseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.tag:
        yield exists().where(EnterpriseTag.enterprise_id == Enterprise.id, EnterpriseTag.tag == wanted.tag)
    if wanted.certificate:
        holds = and_(Certificate.enterprise_id == Enterprise.id, Certificate.kind == wanted.certificate)
        yield exists().where(holds, *([valid_on(wanted.certificate_on)] if wanted.certificate_on else []))
    if wanted.within is not None:
        yield Enterprise.id.in_(wanted.within)


def valid_on(day: date) -> ColumnElement[bool]:
    """Certificates that are valid on `day`: issued, not expired, not revoked by then."""
    return and_(
        Certificate.issued_on <= day,
        or_(Certificate.expires_on.is_(None), Certificate.expires_on >= day),
        or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > day),
    )


# -- lists ---------------------------------------------------------------------------------------------------------------


def page_visible_to(
    session: Session,
    actor: Actor,
    wanted: EnterpriseFilter,
    sort: Sort = Sort(),
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Enterprise]:
    """One page of firms. Raises `Invalid` for a foreign cursor or an unknown order."""
    return page(session, _listed(session, actor, wanted), sort.keyset(), cursor, limit)


def count_visible_to(session: Session, actor: Actor, wanted: EnterpriseFilter, bound: int = 10_000) -> Count:
    """How many firms, exactly up to `bound`."""
    return count_up_to(session, select_visible_to(session, actor, wanted), bound)


def stream_visible_to(
    session: Session,
    actor: Actor,
    wanted: EnterpriseFilter,
    sort: Sort = Sort(),
) -> Iterator[list[Enterprise]]:
    """All firms in order, a thousand at a time; memory does not grow with their number."""
    statement = _listed(session, actor, wanted).order_by(*sort.keyset().order_by())
    yield from map(list, session.scalars(statement.execution_options(yield_per=BATCH)).partitions(BATCH))


def _listed(session: Session, actor: Actor, wanted: EnterpriseFilter) -> Select[Enterprise]:
    return select_visible_to(session, actor, wanted).options(*_LIST_COLUMNS)


# -- single firms ----------------------------------------------------------------------------------------------------------


def get_by_uscc_visible_to(session: Session, actor: Actor, uscc: str) -> Enterprise:
    """The firm that bears this code, or bore it before. Raises `NotFound`, also for one that `actor` may not see."""
    found = find_by_uscc_visible_to(session, actor, uscc)
    if found is None:
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return found


def find_by_uscc_visible_to(session: Session, actor: Actor, uscc: str) -> Enterprise | None:
    """Like `get_by_uscc_visible_to`, or None."""
    code = normalise(uscc)[:18]
    bearer = session.scalar(select(Enterprise).where(visible_to(actor), Enterprise.uscc == code))
    if bearer is not None:
        return bearer
    former = select(Enterprise).join(FormerCode, FormerCode.enterprise_id == Enterprise.id)
    return session.scalar(former.where(visible_to(actor), FormerCode.uscc == code))


def get_visible_to(session: Session, actor: Actor, enterprise_id: int) -> Enterprise:
    """The firm with this id. Raises `NotFound`."""
    found = session.scalar(select(Enterprise).where(visible_to(actor), Enterprise.id == enterprise_id))
    if found is None:
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return found


def list_by_ids(session: Session, ids: Collection[int]) -> dict[int, Enterprise]:
    """These firms, by id; for rows that a scoped list has found."""
    return {firm.id: firm for firm in session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))}


def search_visible_to(session: Session, actor: Actor, query: str, limit: int = 8) -> list[Enterprise]:
    """The first firms that contain every word of `query`, by name; for pickers and the search box."""
    if not query.strip():
        return []
    return page_visible_to(session, actor, EnterpriseFilter(q=query), limit=limit).items


def list_former_names(session: Session, enterprise_id: int) -> Sequence[FormerName]:
    """The firm's former names, the latest first."""
    statement = select(FormerName).where(FormerName.enterprise_id == enterprise_id)
    return session.scalars(statement.order_by(FormerName.until_on.desc(), FormerName.id.desc())).all()


def list_former_codes(session: Session, enterprise_id: int) -> Sequence[FormerCode]:
    """The firm's former codes, the latest first."""
    statement = select(FormerCode).where(FormerCode.enterprise_id == enterprise_id)
    return session.scalars(statement.order_by(FormerCode.id.desc())).all()


def list_tags(session: Session, ids: Sequence[int]) -> dict[int, list[EnterpriseTag]]:
    """The tags of these firms, one query for all."""
    found: dict[int, list[EnterpriseTag]] = {}
    statement = select(EnterpriseTag).where(EnterpriseTag.enterprise_id.in_(ids)).order_by(EnterpriseTag.tag)
    for tag in session.scalars(statement):
        found.setdefault(tag.enterprise_id, []).append(tag)
    return found


def list_valid_certificates(session: Session, ids: Sequence[int], on: date) -> dict[int, list[Certificate]]:
    """The certificates of these firms that are valid on `on`, one query for all."""
    found: dict[int, list[Certificate]] = {}
    statement = select(Certificate).where(Certificate.enterprise_id.in_(ids), valid_on(on))
    for certificate in session.scalars(statement.order_by(Certificate.kind, Certificate.issued_on)):
        found.setdefault(certificate.enterprise_id, []).append(certificate)
    return found
