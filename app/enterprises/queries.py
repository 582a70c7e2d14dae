"""Reading the register: whose firms, single firms, what lies with them. Lists stand in `lists`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    false,
    inspect,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from app.enterprises.domain.uscc import normalise
from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag, FormerCode, FormerName
from app.journal.tallies import kept_total
from app.kit.actor import Actor, ActorKind
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of, one_of_named
from app.reference.queries import term_names

# -- scope -----------------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The firms that `actor` may see: an officer's or a client's region, a firm's own record, everything for the system."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.kind is ActorKind.ENTERPRISE:
        return Enterprise.id == actor.enterprise_id
    if actor.kind in (ActorKind.OFFICER, ActorKind.CLIENT):
        return _in_region(actor.region_prefix)
    return false()


@lru_cache(maxsize=1_000)
def _in_region(prefix: str) -> ColumnElement[bool]:
    """Every list and every record of an officer asks it."""
    return likely_within(Enterprise.region_code, prefix)


def in_own_right() -> ColumnElement[bool]:
    """Firms that bear their code and name: one that is merged into another has given both up to it."""
    return Enterprise.merged_into_id.is_(None)


def merged_into(enterprise_id: int) -> Select[int]:
    """The firms that are this one by now: the journal tells of them under numbers of their own."""
    return select(Enterprise.id).where(Enterprise.merged_into_id == enterprise_id)


#: A firm in one of these states of business is no candidate any more.
GONE = frozenset({"struck_off", "revoked", "moved_away"})


def gone() -> ColumnElement[bool]:
    """Firms that are known to be struck off, to have lost their licence or to have moved away."""
    return Enterprise.business_status.in_(sorted(GONE))


def gone_words(session: Session, enterprise: Enterprise) -> str:
    """In which state a firm that is gone is, with its day; "" for one that is not known to be gone."""
    if enterprise.business_status not in GONE:
        return ""
    named, on = term_names(session, "business_status")[enterprise.business_status], enterprise.business_status_on
    return _("%(status)s（%(day)s）") % {"status": named, "day": on.isoformat()} if on else str(named)


def unplaced() -> ColumnElement[bool]:
    """Firms on file of which nobody knows where they lie: no officer of a region sees them."""
    return and_(Enterprise.region_code == "", Enterprise.disabled_on.is_(None))


def count_unplaced_visible_to(session: Session, actor: Actor) -> int:
    """How many of them the actor sees: all, or none of them who works in one region."""
    if actor.region_prefix:
        return 0
    found = select(Enterprise.id).where(visible_to(actor), unplaced())
    return kept_total(session, ("unplaced", actor.kind, actor.enterprise_id), found, Enterprise.id)


def gone_by(on: date) -> ColumnElement[bool]:
    """Firms that were gone on a day: what was counted for an earlier day stays as it was."""
    return and_(gone(), or_(Enterprise.business_status_on.is_(None), Enterprise.business_status_on <= on))


def candidates() -> ColumnElement[bool]:
    """Firms on file that may be candidates for something: neither retired here nor known to be gone."""
    return and_(Enterprise.disabled_on.is_(None), ~gone())


def count_gone_visible_to(session: Session, actor: Actor, region: str) -> int:
    """How many firms on file of a region no list of candidates shows because they are gone."""
    of_region = likely_within(Enterprise.region_code, region)
    found = select(Enterprise.id).where(visible_to(actor), of_region, Enterprise.disabled_on.is_(None), gone())
    key = ("gone", actor.kind, actor.enterprise_id, actor.region_prefix, region)
    return kept_total(session, key, found, Enterprise.id)


def valid_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Certificates that are valid on `day`: issued, not expired, not revoked by then."""
    return and_(
        Certificate.issued_on <= day,
        or_(Certificate.expires_on.is_(None), Certificate.expires_on >= day),
        or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > day),
    )


# -- single firms ----------------------------------------------------------------------------------------------------------


def get_by_uscc_visible_to(session: Session, actor: Actor, uscc: str, *, lock: bool = False) -> Enterprise:
    """The firm that bears this code, or bore it before. Raises `NotFound`, also for one that `actor` may not see.

    `lock` for whoever changes it: it is as it stands now, and nobody else changes it meanwhile.
    """
    found = find_by_uscc_visible_to(session, actor, uscc, lock=lock)
    if found is None:
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return found


def find_by_uscc_visible_to(session: Session, actor: Actor, uscc: str, *, lock: bool = False) -> Enterprise | None:
    """Like `get_by_uscc_visible_to`, or None."""
    code = normalise(uscc)[:18]
    firms = select(Enterprise).where(visible_to(actor))
    if lock:
        firms = firms.with_for_update(of=Enterprise).execution_options(populate_existing=True)
    bearer = session.scalar(firms.where(Enterprise.uscc == code, in_own_right()))
    if bearer is not None:
        return bearer
    bore = firms.join(FormerCode, FormerCode.enterprise_id == Enterprise.id)
    return session.scalar(bore.where(FormerCode.uscc == code))


def get_visible_to(session: Session, actor: Actor, enterprise_id: int) -> Enterprise:
    """The firm with this id. Raises `NotFound`."""
    found = session.scalar(select(Enterprise).where(visible_to(actor), Enterprise.id == enterprise_id))
    if found is None:
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return found


def list_by_ids(session: Session, ids: Collection[int]) -> dict[int, Enterprise]:
    """These firms, by id; for rows that a scoped list has found."""
    return {firm.id: firm for firm in session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))}


@dataclass(frozen=True)
class FormerIdentity:
    """A name or a code that a firm bore before, and until when."""

    text: str
    until_on: date | None


def list_former(session: Session, enterprise_id: int) -> tuple[Sequence[FormerIdentity], Sequence[FormerIdentity]]:
    """The firm's former names and its former codes, the latest first; one statement."""
    names = select(literal(True), FormerName.name, FormerName.until_on, FormerName.id)
    codes = select(literal(False), FormerCode.uscc, FormerCode.until_on, FormerCode.id)
    rows = session.execute(
        union_all(
            names.where(FormerName.enterprise_id == enterprise_id),
            codes.where(FormerCode.enterprise_id == enterprise_id),
        )
    ).all()
    found: dict[bool, list[FormerIdentity]] = {True: [], False: []}
    for is_name, text, until_on, _key in sorted(rows, key=lambda row: (row[2] or date.min, row[3]), reverse=True):
        found[bool(is_name)].append(FormerIdentity(text, until_on))
    return found[True], found[False]


def list_tags(session: Session, ids: Sequence[int]) -> dict[int, list[EnterpriseTag]]:
    """The tags of these firms, one query for all; plain rows."""
    return _by_firm(session, _TAGS, firms=list(ids))


def list_valid_certificates(session: Session, ids: Sequence[int], on: date) -> dict[int, list[Certificate]]:
    """The certificates of these firms that are valid on `on`, one query for all; plain rows."""
    return _by_firm(session, _VALID, firms=list(ids), on=on)


#: Made once: every list of firms asks them.
_TAGS = select(EnterpriseTag).where(one_of_named(EnterpriseTag.enterprise_id, "firms")).order_by(EnterpriseTag.tag)
_VALID = (
    select(Certificate)
    .where(one_of_named(Certificate.enterprise_id, "firms"), valid_on(bindparam("on", type_=Date)))
    .order_by(Certificate.kind, Certificate.issued_on)
)


def _by_firm(session: Session, statement: Select[Any], **given: Any) -> dict[int, list[Any]]:
    """The rows of each firm, read past the ORM: they have the columns of their table by name, and nothing else."""
    found: dict[int, list[Any]] = {}
    for row in session.connection().execute(statement, given):
        found.setdefault(row.enterprise_id, []).append(row)
    return found


def list_records(session: Session, model: Any, firm_ids: Collection[int]) -> Sequence[Any]:
    """The records of one kind that belong to these firms, in the order in which they were put on file, by one statement."""
    wanted = select(model).where(one_of(model.enterprise_id, list(firm_ids)))
    return session.scalars(wanted.order_by(model.enterprise_id, *inspect(model).primary_key)).all()
