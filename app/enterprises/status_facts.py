"""What certificates, tags, standards, breaches and a firm's own name prove to the policies.

A list is never complete by itself: rows can prove that something is, their absence does not prove that it is not. So each
of these facts is a condition on rows, and true of the firms that have such a row; of all others it is not known, unless
somebody has said that a list is complete (`complete_lists`): then no row may be left that only might prove it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, func, literal_column, not_, or_, select, union_all
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import ListInForce, windows
from app.enterprises.complete_lists.models import CompleteListDoubt
from app.enterprises.complete_lists.queries import SETTLED
from app.enterprises.imports.models import ImportRow
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    StandardParticipation,
)
from app.enterprises.queries import valid_on
from app.kit.facts.owners import Owners, owned
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers
from app.reference.models import Term

ENTERPRISE_CODE = "91"  # GB 32100-2015: registered by the market regulation departments, an enterprise
COMPANY_NAMES = ("有限公司", "有限责任公司", "股份公司")
SPECIALISED_TAGS = frozenset({"specialised_sme", "little_giant", "single_champion"})
TRUE_STANDARDS = frozenset({"international", "national", "industry"})
LED = "led"
ACCIDENTS = frozenset({"safety_accident", "quality_accident"})
AWARD, INSTITUTE = "national-science-award", "provincial-research-institute"
BREACHES = ACCIDENTS | {"environmental_violation", "research_misconduct"}

Proof = tuple[Any, ColumnElement[bool]]
"""Whose a row is, and what it has to be."""
_MAY, _DOUBT = 100, 1_000
"""From here on a row tells what may be proved, and from here on a list of which a row waits."""


@dataclass(frozen=True, eq=False)
class ProvedStatus:
    """By fact 1 for the firms of which a row proves it (`proved`) and the firms of which one may (`possible`); `doubted` are firms,
    by their places, and the complete lists of which a row that names them waits.
    """

    proved: Mapping[str, Numbers]
    possible: Mapping[str, Flags]
    doubted: Sequence[tuple[int, int]]


def read_status(session: Session, firms: Owners, on: date, lists: Sequence[ListInForce] = ()) -> ProvedStatus:
    """What rows prove on `on`, in one statement; what they may prove, and who is doubtful, only where there are complete lists."""
    at, row = firms.read(
        session,
        _PROVED_OR_POSSIBLE if lists else _PROVED,
        on=on,
        year=on.year,
        fifth_year=on.year - 4,
        sixth_year=on.year - 5,
        **windows(on),
    )
    proved = {code: np.where(firms.named(at[row == place]), 1, NOT_KNOWN) for place, code in enumerate(_PROOFS)}
    proved["legal_person"] = proved["resident_enterprise"]
    if not lists:
        return ProvedStatus(proved, {}, ())
    possible = {code: firms.named(at[row == _MAY + place]) for place, code in enumerate(_POSSIBLE)}
    doubted = row >= _DOUBT
    return ProvedStatus(
        proved, possible, list(zip(at[doubted].tolist(), (row[doubted] - _DOUBT).tolist(), strict=True))
    )


# -- the conditions; days and years are those of the application --------------------------------------------------------

_ON: Any = bindparam("on", type_=Date)
_YEAR: Any = bindparam("year", type_=Integer)


def _is_company() -> ColumnElement[bool]:
    """A company by its code and name: only a company may call itself one. It is a resident and a legal person."""
    named = or_(*(Enterprise.name.contains(word) for word in COMPANY_NAMES))
    return and_(Enterprise.uscc.startswith(ENTERPRISE_CODE), named)


def _holds(kind: str) -> ColumnElement[bool]:
    """Certificates of the kind in force on the day."""
    return and_(Certificate.kind == kind, valid_on(_ON))


def _tagged(tags: Iterable[str]) -> ColumnElement[bool]:
    begun = or_(EnterpriseTag.granted_on.is_(None), EnterpriseTag.granted_on <= _ON)
    lasting = or_(EnterpriseTag.expires_on.is_(None), EnterpriseTag.expires_on >= _ON)
    return and_(EnterpriseTag.tag.in_(sorted(tags)), begun, lasting)


def _may_hold(*kinds: str) -> ColumnElement[bool]:
    """Certificates of the kinds that are not known to be out of force: also those of which nobody knows the day of issue."""
    row = Certificate
    over = or_(row.expires_on < _ON, row.revoked_on <= _ON, row.issued_on > _ON)
    return and_(row.kind.in_(kinds), not_(func.coalesce(over, False)))


def _awarded() -> ColumnElement[bool]:
    """A national award of the last five years."""
    since = bindparam("five_years_before", type_=Date)
    return and_(Certificate.kind == AWARD, Certificate.issued_on.between(since, _ON), _standing())


def _may_be_awarded() -> ColumnElement[bool]:
    return and_(Certificate.kind == AWARD, Certificate.issued_on.is_(None), _standing())


def _standing() -> ColumnElement[bool]:
    return or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > _ON)


def _took_part() -> ColumnElement[bool]:
    """Any part, led or not, in a recognised standard, test method or specification (工作指引 三（七）1).

    What a national authority issues is recognised by that, unless somebody said that it is not.
    """
    row = StandardParticipation
    by_itself = row.level.in_(_meaning("standard_level", "national_authority"))
    recognised = and_(func.coalesce(row.recognised, by_itself), row.level.in_(_meaning("standard_level", "recognised")))
    return and_(row.year <= _YEAR, recognised)


def _led_in_five_years() -> ColumnElement[bool]:
    """A standard proper led in the last five years (评价办法 第七条: 主导制定).

    The year five years back is only half inside.
    """
    row = StandardParticipation
    proper = row.level.in_(sorted(TRUE_STANDARDS))
    return and_(row.role == LED, proper, row.year.between(bindparam("fifth_year", type_=Integer), _YEAR))


def _may_have_taken_part() -> ColumnElement[bool]:
    """The same of standards of which nobody has said whether they are recognised."""
    row = StandardParticipation
    return and_(row.year <= _YEAR, row.recognised.is_(None), row.level.in_(_meaning("standard_level", "recognised")))


def _may_have_led() -> ColumnElement[bool]:
    """The same of parts that nobody has told, and of the year of which only half is inside."""
    row = StandardParticipation
    proper = row.level.in_(sorted(TRUE_STANDARDS))
    return and_(row.role.in_((LED, "")), proper, row.year.between(bindparam("sixth_year", type_=Integer), _YEAR))


def _accident_in_last_year() -> ColumnElement[bool]:
    """A major accident or grave offence in the 365 days before."""
    kinds = ComplianceEvent.kind.in_(_meaning("compliance_kind", "accident"))
    return and_(_major_since("a_year_before"), kinds)


def _major(kinds: Iterable[str], since: str) -> ColumnElement[bool]:
    """A major one of these: an accident, offence or research misconduct (a major accident is more than a larger one)."""
    return and_(_major_since(since), ComplianceEvent.kind.in_(sorted(kinds)))


def _major_since(since: str) -> ColumnElement[bool]:
    return and_(
        ComplianceEvent.happened_on.between(bindparam(since, type_=Date), _ON), ComplianceEvent.severity == "major"
    )


def _may_be_major(kinds: Any, since: str) -> ColumnElement[bool]:
    """One of these of which nobody told how grave it was: lists of penalties seldom say it."""
    happened = ComplianceEvent.happened_on.between(bindparam(since, type_=Date), _ON)
    return and_(happened, ComplianceEvent.severity == "", ComplianceEvent.kind.in_(kinds))


def _any_accident(since: str) -> ColumnElement[bool]:
    """An accident of whatever severity: what is no major one may still be a larger one."""
    happened = ComplianceEvent.happened_on.between(bindparam(since, type_=Date), _ON)
    return and_(happened, ComplianceEvent.kind.in_(sorted(ACCIDENTS)))


def _listed(*kinds: str) -> ColumnElement[bool]:
    """Ever put on one of these lists: rows do not tell who was taken off again."""
    return and_(ComplianceEvent.kind.in_(kinds), ComplianceEvent.happened_on <= _ON)


def _meaning(vocabulary: str, name: str) -> Any:
    """The codes of a vocabulary that mean so."""
    return select(Term.code).where(Term.vocabulary == vocabulary, Term.data[name].as_boolean())


def _proofs() -> dict[str, Proof]:
    certificate, tag = Certificate.enterprise_id, EnterpriseTag.enterprise_id
    standard, event = StandardParticipation.enterprise_id, ComplianceEvent.enterprise_id
    return {
        "resident_enterprise": (Enterprise.id, _is_company()),
        "high_tech_certificate": (certificate, _holds("high-tech-enterprise")),
        "joint_centre_filed": (certificate, _holds("joint-innovation-centre")),
        "technology_sme_number": (certificate, _holds("technology-sme")),
        "rd_institute_recognised": (certificate, _holds(INSTITUTE)),
        "national_award_in_five_years": (certificate, _awarded()),
        "specialised_or_champion": (tag, _tagged(SPECIALISED_TAGS)),
        "standards_led": (standard, _took_part()),
        "standards_led_in_five_years": (standard, _led_in_five_years()),
        "accident_in_last_year": (event, _accident_in_last_year()),
        "breach_in_two_years": (event, _major(BREACHES, "last_year")),
        "larger_accident_in_three_years": (event, _major(ACCIDENTS, "three_years_before")),
    }


def _possible() -> dict[str, Proof]:
    """What is not proved by rows that might prove it if more were known."""
    certificate, standard, event = (row.enterprise_id for row in (Certificate, StandardParticipation, ComplianceEvent))
    return {
        "high_tech_certificate": (certificate, _may_hold("high-tech-enterprise")),
        "joint_centre_filed": (certificate, _may_hold("joint-innovation-centre")),
        "technology_sme_number": (certificate, _may_hold("technology-sme")),
        "rd_institute_recognised": (certificate, _may_hold(INSTITUTE)),
        "national_award_in_five_years": (certificate, _may_be_awarded()),
        "standards_led": (standard, _may_have_taken_part()),
        "standards_led_in_five_years": (standard, _may_have_led()),
        "accident_in_last_year": (event, _may_be_major(_meaning("compliance_kind", "accident"), "a_year_before")),
        "breach_in_two_years": (event, _may_be_major(sorted(BREACHES), "last_year")),
        "larger_accident_in_three_years": (event, _any_accident("three_years_before")),
        "on_dishonesty_list": (event, _listed("abnormal_operation", "serious_dishonesty")),
        "on_serious_breach_list": (event, _listed("serious_dishonesty")),
    }


def _rows(found: Mapping[str, Proof], first: int = 0) -> list[Any]:
    """Each firm with the place of what a row of it says."""
    return [
        select(owner.label("owner"), literal_column(str(first + place), Integer()).label("proof")).where(
            said, owned(owner)
        )
        for place, (owner, said) in enumerate(found.values())
    ]


def _doubts() -> list[Any]:
    """Firms that a row of a complete list names by code or by name, present or former, and that has not come in yet."""
    row = CompleteListDoubt
    named = (
        (Enterprise.id, and_(Enterprise.uscc == row.uscc, row.uscc != "")),
        (FormerCode.enterprise_id, and_(FormerCode.uscc == row.uscc, row.uscc != "")),
        (Enterprise.id, and_(Enterprise.name == row.name, row.name != "")),
        (FormerName.enterprise_id, and_(FormerName.name == row.name, row.name != "")),
    )
    return [
        select(owner.label("owner"), (row.list_id + _DOUBT).label("proof"))
        .select_from(row)
        .join(ImportRow, and_(ImportRow.id == row.row_id, ImportRow.decision.not_in(SETTLED)))
        .join(owner.class_, same)
        .where(owned(owner))
        for owner, same in named
    ]


_PROOFS, _POSSIBLE = _proofs(), _possible()
_PROVED = union_all(*_rows(_PROOFS))
_PROVED_OR_POSSIBLE = union_all(*_rows(_PROOFS), *_rows(_POSSIBLE, _MAY), *_doubts())
