"""What a firm's identity, certificates, tags, standards and breaches tell the policies. Pure: rows in, facts out.

A list is never complete by itself: rows can prove that something is, their absence does not prove that it is not.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.enterprises.holdings import DatedHolding, Holdings, Standard

ENTERPRISE_CODE = "91"  # GB 32100-2015: registered by the market regulation departments, an enterprise
COMPANY_NAMES = ("有限公司", "有限责任公司", "股份公司")
COUNTY_DIGITS = 6
SPECIALISED_TAGS = frozenset({"specialised_sme", "little_giant", "single_champion"})
TRUE_STANDARDS = frozenset({"international", "national", "industry"})
LED = "led"
ACCIDENTS = frozenset({"safety_accident", "quality_accident"})
BREACHES = ACCIDENTS | {"environmental_violation", "research_misconduct"}
WINDOW_DAYS = 365


def is_company(held: Holdings) -> bool | None:
    """True for a company by its code and name: only a company may call itself one. It is a resident and a legal person."""
    named = any(word in held.name for word in COMPANY_NAMES)
    return True if held.uscc.startswith(ENTERPRISE_CODE) and named else None


def county(held: Holdings) -> str | None:
    """The county-level division, where the place is known that closely."""
    return held.region_code[:COUNTY_DIGITS] if len(held.region_code) >= COUNTY_DIGITS else None


def holds(certificates: Sequence[DatedHolding], kinds: Iterable[str], on: date) -> bool | None:
    """True when one of these kinds is in force on `on`; otherwise the register does not know."""
    wanted = frozenset(kinds)
    return True if any(item.kind in wanted and _in_force(item, on) for item in certificates) else None


def _in_force(item: DatedHolding, on: date) -> bool:
    begun = item.issued_on is None or item.issued_on <= on
    ended = (item.expires_on is not None and item.expires_on < on) or (
        item.revoked_on is not None and item.revoked_on <= on
    )
    return begun and not ended


def took_part(held: Holdings, on: date) -> bool | None:
    """True for any part, led or not, in a recognised standard, test method or specification (工作指引 三（七）1)."""
    return True if any(item.year <= on.year and _recognised(item) for item in held.standards) else None


def _recognised(item: Standard) -> bool:
    """What a national authority issues is recognised by that, unless somebody said that it is not."""
    said = item.recognised if item.recognised is not None else bool(item.level.get("national_authority"))
    return said and bool(item.level.get("recognised"))


def led_in_five_years(held: Holdings, on: date) -> bool | None:
    """True for a standard proper led in the last five years (评价办法 第七条: 主导制定).

    The year five years back is only half inside.
    """
    years = range(on.year - 4, on.year + 1)
    led = (item for item in held.standards if item.role == LED)
    return True if any(item.year in years and item.code in TRUE_STANDARDS for item in led) else None


def accident_in_last_year(held: Holdings, on: date) -> bool | None:
    """True for a major accident or grave offence in the 365 days before `on`; otherwise the register does not know."""
    since = on - timedelta(days=WINDOW_DAYS)
    found = any(
        since <= happened_on <= on and severity == "major" and kind.get("accident")
        for happened_on, severity, _code, kind in held.compliance
    )
    return True if found else None


def breach_in_two_years(held: Holdings, on: date) -> bool | None:
    """True for a major accident, offence or research misconduct since 1 January of the year before."""
    return _major(held, BREACHES, date(on.year - 1, 1, 1), on)


def accident_in_three_years(held: Holdings, on: date) -> bool | None:
    """True for a major safety or quality accident in the last three years (a major one is more than a larger one)."""
    return _major(held, ACCIDENTS, _years_before(on, 3), on)


def _major(held: Holdings, kinds: frozenset[str], since: date, on: date) -> bool | None:
    found = any(
        since <= happened_on <= on and severity == "major" and code in kinds
        for happened_on, severity, code, _kind in held.compliance
    )
    return True if found else None


def _years_before(on: date, years: int) -> date:
    day = min(on.day, 28) if on.month == 2 else on.day
    return date(on.year - years, on.month, day)
