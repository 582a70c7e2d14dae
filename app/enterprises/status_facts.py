"""What certificates, tags, standards, breaches and a firm's own name prove to the policies.

A list is never complete by itself: rows can prove that something is, their absence does not prove that it is not. So each
of these facts is a condition on rows, and true of the firms that have such a row; of all others it is not known.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, ComplianceEvent, Enterprise, EnterpriseTag, StandardParticipation
from app.enterprises.queries import valid_on
from app.kit.facts.owners import Owners, owned
from app.kit.facts.whole_numbers import NOT_KNOWN, Numbers
from app.reference.models import Term

ENTERPRISE_CODE = "91"  # GB 32100-2015: registered by the market regulation departments, an enterprise
COMPANY_NAMES = ("有限公司", "有限责任公司", "股份公司")
SPECIALISED_TAGS = frozenset({"specialised_sme", "little_giant", "single_champion"})
TRUE_STANDARDS = frozenset({"international", "national", "industry"})
LED = "led"
ACCIDENTS = frozenset({"safety_accident", "quality_accident"})
BREACHES = ACCIDENTS | {"environmental_violation", "research_misconduct"}
WINDOW_DAYS = 365

Proof = tuple[Any, ColumnElement[bool]]
"""Whose a row is, and what it has to be."""


def read_proved(session: Session, firms: Owners, on: date) -> Mapping[str, Numbers]:
    """By fact: 1 for the firms of which a row proves it on `on`; of the others the register does not know."""
    at, proof = firms.read(
        session,
        _PROVED,
        on=on,
        year=on.year,
        fifth_year=on.year - 4,
        a_year_before=on - timedelta(days=WINDOW_DAYS),
        last_year=date(on.year - 1, 1, 1),
        three_years_before=_years_before(on, 3),
    )
    found = {code: np.where(firms.named(at[proof == place]), 1, NOT_KNOWN) for place, code in enumerate(_PROOFS)}
    return {**found, "legal_person": found["resident_enterprise"]}


def _years_before(on: date, years: int) -> date:
    day = min(on.day, 28) if on.month == 2 else on.day
    return date(on.year - years, on.month, day)


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
        "specialised_or_champion": (tag, _tagged(SPECIALISED_TAGS)),
        "standards_led": (standard, _took_part()),
        "standards_led_in_five_years": (standard, _led_in_five_years()),
        "accident_in_last_year": (event, _accident_in_last_year()),
        "breach_in_two_years": (event, _major(BREACHES, "last_year")),
        "larger_accident_in_three_years": (event, _major(ACCIDENTS, "three_years_before")),
    }


_PROOFS = _proofs()
_PROVED = union_all(
    *(
        select(owner.label("owner"), literal_column(str(place), Integer()).label("proof")).where(proved, owned(owner))
        for place, (owner, proved) in enumerate(_PROOFS.values())
    )
)
