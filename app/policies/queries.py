"""Reading policies, statements and verdicts."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit.errors import NotFound
from app.kit.facts.owners import Owners, owned
from app.kit.facts.whole_numbers import Numbers
from app.kit.i18n import Bilingual, _
from app.kit.paging import Count, count_up_to
from app.kit.permissions import within_region
from app.policies.catalogue import restore
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition
from app.policies.domain.language.policy import Policy, PolicySubject
from app.policies.domain.language.succession import Edition, edition_of, in_force
from app.policies.models import CataloguedFact, FactStatement, PolicyVersion, StoredVerdict, VerdictOverride
from app.reference.published import kept

# -- the facts catalogue and the versions -----------------------------------------------------------------------------


def get_catalogue(session: Session) -> Catalogue:
    """The published facts catalogue, in its order."""
    return _catalogue(_catalogue_text(session))


@kept
def _catalogue_text(session: Session) -> bytes:
    contents = session.scalars(select(CataloguedFact.content).order_by(CataloguedFact.ordinal, CataloguedFact.code))
    return orjson.dumps(list(contents), option=orjson.OPT_SORT_KEYS)


@lru_cache(maxsize=8)
def _catalogue(text: bytes) -> Catalogue:
    facts = (FactDefinition.model_validate(content) for content in orjson.loads(text))
    return {fact.code: fact for fact in facts}


@lru_cache(maxsize=128)
def _restored(text: str, catalogue: bytes) -> Policy:
    return restore(text, _catalogue(catalogue))


def policy_of(session: Session, row: PolicyVersion) -> Policy:
    """A published version, ready to decide; parsed once in the life of the process."""
    return _restored(row.text, _catalogue_text(session))


def policies_of(session: Session, rows: Iterable[PolicyVersion]) -> list[Policy]:
    """Several published versions, ready to decide; the catalogue is read once for all of them."""
    catalogue = _catalogue_text(session)
    return [_restored(row.text, catalogue) for row in rows]


def list_versions(session: Session, code: str | None = None) -> Sequence[PolicyVersion]:
    """Published versions, by policy and jurisdiction, newest first; they never change, and are not to be changed."""
    return [row for row in _versions(session) if code is None or row.code == code]


@kept
def _versions(session: Session) -> list[PolicyVersion]:
    return sorted(
        session.scalars(select(PolicyVersion)), key=lambda row: (row.code, row.jurisdiction, *_newest_first(row))
    )


def list_versions_about(session: Session, subject: PolicySubject) -> list[PolicyVersion]:
    """The newest version, by policy and jurisdiction, of each policy about such a subject."""
    about = [row for row in _versions(session) if row.content["subject"] == subject.value]
    return list({(row.code, row.jurisdiction): row for row in reversed(about)}.values())[::-1]


def _newest_first(row: PolicyVersion) -> tuple[int, int]:
    day, revision = edition_of(row).order
    return -date.fromisoformat(day).toordinal(), -revision


def get_in_force(session: Session, code: str, on: date, region_code: str = "") -> PolicyVersion:
    """The version of a policy that applies on `on` in a region. Raises `NotFound`, telling whether the policy or the day is wrong."""
    rows = {edition_of(row): row for row in list_versions(session, code)}
    if not rows:
        raise NotFound("policies.unknown", _("没有代码为“%(code)s”的政策。") % {"code": code[:60]})
    found = in_force(list(rows), on, region_code)
    if found is None:
        raise NotFound(
            "policies.not_in_force", _("%(on)s 当日没有生效的“%(title)s”政策版本。") % {"on": on, "title": _title(rows)}
        )
    return rows[found]


def _title(rows: dict[Edition, PolicyVersion]) -> str:
    newest = next(iter(rows.values()))
    return str(Bilingual(zh=newest.title_zh, en=newest.title_en))


def get_policy(session: Session, code: str, on: date, region_code: str = "") -> Policy:
    """The policy that applies on `on` in a region, ready to decide. Raises `NotFound`."""
    return policy_of(session, get_in_force(session, code, on, region_code))


def list_in_force_by_region(session: Session, on: date, region_codes: Iterable[str]) -> dict[str, list[PolicyVersion]]:
    """One version of each policy that applies on `on`, by code, in each of these regions."""
    rows = {edition_of(row): row for row in list_versions(session)}
    by_code: dict[str, list[Edition]] = {}
    for edition in rows:
        by_code.setdefault(edition.code, []).append(edition)
    return {
        region: [rows[found] for code in sorted(by_code) if (found := in_force(by_code[code], on, region)) is not None]
        for region in region_codes
    }


def get_version(session: Session, code: str, jurisdiction: str, version: str) -> PolicyVersion:
    """One published version. Raises `NotFound`."""
    named = select(PolicyVersion).where(
        PolicyVersion.code == code, PolicyVersion.jurisdiction == jurisdiction, PolicyVersion.version == version
    )
    row = session.scalars(named).one_or_none()
    if row is None:
        raise NotFound("policies.version", _("没有这个政策版本。"))
    return row


# -- statements ---------------------------------------------------------------------------------------------------------


class Stated(NamedTuple):
    """A statement as far as facts rest on it."""

    enterprise_id: int
    fact_code: str
    year: int | None
    value: Any
    stated_on: date
    actor_name: str
    source: str


def _about(*columns: Any) -> Select[Any]:
    """Of the statements about some firms that were made by a day and not withdrawn these columns."""
    made = and_(FactStatement.withdrawn_at.is_(None), FactStatement.stated_on <= bindparam("on"))
    return select(*columns).where(owned(FactStatement.enterprise_id), made)


_STATED_ABOUT = _about(
    FactStatement.enterprise_id,
    FactStatement.fact_code,
    FactStatement.year,
    FactStatement.value,
    FactStatement.stated_on,
    FactStatement.actor_name,
    FactStatement.source,
).order_by(FactStatement.stated_on, FactStatement.id)

_TEXT = cast(FactStatement.value, Text)
_DIGITS = 15
_IS_WHOLE = and_(func.ltrim(_TEXT, "0123456789") == "", func.length(_TEXT) <= _DIGITS)
_NUMBER = case((_TEXT == "false", 1), (_TEXT == "true", 3), (_IS_WHOLE, cast(_TEXT, BigInteger) * 2))
"""Yes and no as odd numbers, whole numbers as even ones; of every other value nothing."""
_STATED_TEXTS = _about(FactStatement.id, _TEXT).where(_NUMBER.is_(None))


def value_of(number: int) -> int | bool:
    """The value that is told by such a number."""
    return number == 3 if number % 2 else number // 2


@lru_cache(maxsize=8)
def _stated_numbers(codes: Sequence[str]) -> Select[Any]:
    said = FactStatement
    fact = case({code: place for place, code in enumerate(codes)}, value=said.fact_code).label("fact")
    return _about(said.enterprise_id, said.id, fact, said.year, said.stated_on, _NUMBER.label("number"))


def _in_force(enterprise_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(FactStatement.enterprise_id.in_(enterprise_ids), FactStatement.withdrawn_at.is_(None))


def list_statements(session: Session, enterprise_id: int, on: date) -> Sequence[FactStatement]:
    """What was stated about a firm by `on` and not withdrawn, oldest first."""
    statement = select(FactStatement).where(_in_force([enterprise_id]), FactStatement.stated_on <= on)
    return session.scalars(statement.order_by(FactStatement.stated_on, FactStatement.id)).all()


def list_statements_about(session: Session, firms: Owners, on: date) -> Sequence[Stated]:
    """The same about many firms, all in one list, as far as facts rest on it."""
    return list(map(Stated._make, firms.rows(session, _STATED_ABOUT, on=on)))


def read_stated_numbers(session: Session, firms: Owners, codes: Sequence[str], on: date) -> Sequence[Numbers]:
    """The same in columns, in any order: firm, id, which of `codes`, year, day, and the value (`value_of`) if it is a number."""
    return firms.read(session, _stated_numbers(codes), on=on)


def list_stated_texts(session: Session, firms: Owners, on: date) -> Sequence[tuple[int, str]]:
    """By id the values that are no numbers, as they are kept."""
    return firms.rows(session, _STATED_TEXTS, on=on)


def get_statement(session: Session, enterprise_id: int, statement_id: int) -> FactStatement:
    """One statement that stands. Raises `NotFound`."""
    wanted = select(FactStatement).where(_in_force([enterprise_id]), FactStatement.id == statement_id)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound("policies.statement", _("没有这条情况说明，或已撤回。"))
    return row


# -- stored verdicts ----------------------------------------------------------------------------------------------------


def list_stored(
    session: Session, enterprise_id: int, *, policy_code: str | None = None, on: date | None = None
) -> Sequence[StoredVerdict]:
    """The verdicts kept about a firm, newest first; of one policy, or given for applications on `on`, if asked so."""
    wanted = [StoredVerdict.enterprise_id == enterprise_id]
    if policy_code is not None:
        wanted.append(StoredVerdict.policy_code == policy_code)
    if on is not None:
        wanted.append(StoredVerdict.on_day == on)
    return session.scalars(select(StoredVerdict).where(*wanted).order_by(StoredVerdict.id.desc())).all()


def list_stored_for_case(session: Session, case_id: int) -> dict[StoredVerdict, list[VerdictOverride]]:
    """The verdicts kept for a case, each with what was decided instead of it; both newest first. One query."""
    overridden = VerdictOverride.stored_verdict_id == StoredVerdict.id
    rows = session.execute(
        select(StoredVerdict, VerdictOverride)
        .outerjoin(VerdictOverride, overridden)
        .where(StoredVerdict.case_id == case_id)
        .order_by(StoredVerdict.id.desc(), VerdictOverride.id.desc())
    )
    found: dict[StoredVerdict, list[VerdictOverride]] = {}
    for verdict, override in rows:
        found.setdefault(verdict, []).extend(filter(None, [override]))
    return found


def get_stored(session: Session, enterprise_id: int, verdict_id: int) -> StoredVerdict:
    """One kept verdict of a firm. Raises `NotFound`."""
    row = session.scalars(
        select(StoredVerdict).where(StoredVerdict.enterprise_id == enterprise_id, StoredVerdict.id == verdict_id)
    ).one_or_none()
    if row is None:
        raise NotFound("policies.stored", _("没有这条判定记录。"))
    return row


def count_stored(session: Session, policy_code: str, region_prefix: str = "") -> Count:
    """How many verdicts are kept under a policy about the firms of a region."""
    kept = select(StoredVerdict.id).where(StoredVerdict.policy_code == policy_code)
    if region_prefix:
        firms = select(Enterprise.id).where(within_region(Enterprise.region_code, region_prefix))
        kept = kept.where(StoredVerdict.enterprise_id.in_(firms))
    return count_up_to(session, kept)


# -- overrides ----------------------------------------------------------------------------------------------------------


def find_newest_of_case(session: Session, case_id: int, policy_code: str) -> StoredVerdict | None:
    """The newest verdict kept for a case under a policy: the one that may be overridden."""
    kept = select(StoredVerdict).where(StoredVerdict.case_id == case_id, StoredVerdict.policy_code == policy_code)
    return session.scalars(kept.order_by(StoredVerdict.id.desc()).limit(1)).one_or_none()


def list_overrides(session: Session, verdict_ids: Sequence[int]) -> Sequence[VerdictOverride]:
    """What was decided instead of these verdicts, newest first; what was taken back is among them."""
    if not verdict_ids:
        return []
    made = select(VerdictOverride).where(VerdictOverride.stored_verdict_id.in_(verdict_ids))
    return session.scalars(made.order_by(VerdictOverride.id.desc())).all()


def find_override_in_force(session: Session, case_id: int, policy_code: str) -> VerdictOverride | None:
    """The override that stands for a case under a policy: that of its newest kept verdict, unless taken back."""
    newest = find_newest_of_case(session, case_id, policy_code)
    made = list_overrides(session, [newest.id]) if newest else []
    return next((row for row in made if row.withdrawn_at is None), None)


def get_override(session: Session, case_id: int, override_id: int) -> VerdictOverride:
    """One override of a verdict kept for a case, taken back or not. Raises `NotFound`."""
    of_case = select(VerdictOverride).join(StoredVerdict).where(StoredVerdict.case_id == case_id)
    row = session.scalars(of_case.where(VerdictOverride.id == override_id)).one_or_none()
    if row is None:
        raise NotFound("policies.override", _("没有这项另作的决定。"))
    return row
