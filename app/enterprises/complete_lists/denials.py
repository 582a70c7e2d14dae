"""What complete lists deny of the firms that are not on them, and of which days: the rules, without any database.

No law says how long after its day a list speaks for those who are not on it. Each rule here is inferred [INF] (ADR 0017).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.kit.periods import first_day_of_years, months_later

#: By register the vocabulary whose codes are kinds of its lists.
VOCABULARIES: Mapping[str, str] = {
    "certificate": "certificate_kind",
    "tag": "tag",
    "standard": "standard_level",
    "compliance": "compliance_kind",
}
#: Registers that stand as of a day: who is on one and who was taken off it, not what happened when.
STANDING = frozenset(
    f"compliance:{code}"
    for code in (
        "abnormal_operation",
        "serious_dishonesty",
        "judgment_debtor",
        "procurement_dishonesty",
        "statistics_dishonesty",
        "wage_arrears",
    )
)
WINDOW_DAYS = 365
VALIDITY, EVER = "validity", "ever"


class ListInForce(NamedTuple):
    """A list that is complete: it has whoever in `region` got or did one of `kinds` from `since` to `until`.

    `kinds` are `register:code`. Without `since` it has all of `until`: of what ends, all that had not ended then.
    """

    id: int
    kinds: frozenset[str]
    since: date | None
    until: date
    region: str
    issuer: str
    document: str


@dataclass(frozen=True)
class Denial:
    """A fact that is denied of whoever is on none of the lists of all these `kinds`.

    `window` names the days that the lists have to go back to (`windows`), `VALIDITY` as long as a certificate of the kind lasts,
    `EVER` without limit. `happened`: what happened stays so, and a list without a first day has all of it; what can end, such a
    list has only as it was on its last day.
    """

    kinds: frozenset[str]
    window: str
    happened: bool = False


def _kinds(register: str, *codes: str) -> frozenset[str]:
    return frozenset(f"{register}:{code}" for code in codes)


DENIALS: Mapping[str, Denial] = {
    "high_tech_certificate": Denial(_kinds("certificate", "high-tech-enterprise"), VALIDITY),
    "technology_sme_number": Denial(_kinds("certificate", "technology-sme"), VALIDITY),
    "joint_centre_filed": Denial(_kinds("certificate", "joint-innovation-centre"), VALIDITY),
    "rd_institute_recognised": Denial(_kinds("certificate", "provincial-research-institute"), VALIDITY),
    "national_award_in_five_years": Denial(_kinds("certificate", "national-science-award"), "five_years_before", True),
    "specialised_or_champion": Denial(_kinds("tag", "specialised_sme", "little_giant", "single_champion"), EVER),
    "standards_led": Denial(
        _kinds("standard", "international", "national", "industry", "method", "specification"), EVER, True
    ),
    "standards_led_in_five_years": Denial(
        _kinds("standard", "international", "national", "industry"), "five_years_before", True
    ),
    "accident_in_last_year": Denial(
        _kinds("compliance", "safety_accident", "quality_accident", "environmental_violation"), "a_year_before", True
    ),
    "breach_in_two_years": Denial(
        _kinds("compliance", "safety_accident", "quality_accident", "environmental_violation", "research_misconduct"),
        "last_year",
        True,
    ),
    "larger_accident_in_three_years": Denial(
        _kinds("compliance", "safety_accident", "quality_accident"), "three_years_before", True
    ),
    "on_dishonesty_list": Denial(_kinds("compliance", "abnormal_operation", "serious_dishonesty"), EVER),
    "on_serious_breach_list": Denial(_kinds("compliance", "serious_dishonesty"), EVER),
}
#: Kinds of which no condition of any policy asks. Whoever has the complete list may say so: it is kept for that issuer and decides nothing.
#: 其他行政处罚 comes from many issuers, of which a list has one: no fact may ever be denied by one such list.
UNASKED = _kinds(
    "compliance",
    "tax_violation",
    "tax_arrears",
    "administrative_penalty",
    "judgment_debtor",
    "procurement_dishonesty",
    "statistics_dishonesty",
    "wage_arrears",
)
LIST_KINDS = sorted(UNASKED.union(*(denial.kinds for denial in DENIALS.values())))


def windows(on: date) -> dict[str, date]:
    """The first days of what is asked about an application on `on`."""
    return {
        "a_year_before": on - timedelta(days=WINDOW_DAYS),
        "last_year": date(on.year - 1, 1, 1),
        "three_years_before": months_later(on, -36),
        "five_years_before": months_later(on, -60),
    }


def needs_first_day(kind: str) -> bool:
    """Whether a list of the kind must say from which day on it has all: penalties of one year say nothing of those before."""
    return kind.startswith("compliance:") and kind not in STANDING


def denied_until(
    denial: Denial, lists: Iterable[ListInForce], on: date, lasting: Mapping[str, Any]
) -> tuple[date, tuple[ListInForce, ...]] | None:
    """The last day of which these lists together deny it for an application on `on`, with the lists; None where they do not.

    `lasting` is what the kind of certificate says about its validity (`years`, or `ends: year`).
    """
    first = _first_day(denial, on, lasting)
    best: dict[str, ListInForce] = {}
    for one in lists:
        for kind in one.kinds & denial.kinds:
            if _goes_back(one, denial, on, first) and (kind not in best or best[kind].until < one.until):
                best[kind] = one
    if best.keys() != denial.kinds:
        return None
    used = sorted(set(best.values()), key=lambda one: one.id)
    return min(one.until for one in used), tuple(used)


def _goes_back(one: ListInForce, denial: Denial, on: date, first: date | None) -> bool:
    if one.since is None:
        return denial.happened or one.until <= on
    return first is not None and one.since <= first


def _first_day(denial: Denial, on: date, lasting: Mapping[str, Any]) -> date | None:
    """From which day on the lists must have everything; None when only lists without a first day do."""
    if denial.window != VALIDITY:
        return windows(on).get(denial.window)
    if years := lasting.get("years"):
        return first_day_of_years(on, years)
    return date(on.year, 1, 1) if lasting.get("ends") == "year" else None


def kinds_told(kinds: Sequence[str]) -> list[str]:
    """The facts on which lists of these kinds bear."""
    return [fact for fact, denial in DENIALS.items() if denial.kinds & set(kinds)]
