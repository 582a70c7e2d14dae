"""What a fictional firm has come to hold in its life: rights, products, certificates and lists, none older than itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

#: Fiscal years that a recognition looks back at.
YEARS = 3
#: What experts grade in a certification, and the most points of each; firms beyond this ambition were graded before.
GRADES = {
    "ip_advancement": 8,
    "ip_core_support": 8,
    "management_1": 6,
    "management_2": 6,
    "management_3": 4,
    "management_4": 4,
}
GRADED_FROM = 0.6
#: Firms beyond this ambition are certified.
CERTIFIED_FROM = 0.79
#: Firms between these ambitions hold a technology SME number, every other one of them.
SME_FROM, SME_UP_TO = 0.4, 0.75
#: The law asks for a firm of a year.
A_YEAR = timedelta(days=365)
#: From the registration to the first right, from an application to its certificate, from the latest right to the present.
FIRST_RIGHT, ASSESSED, LATEST_RIGHT = timedelta(days=180), timedelta(days=120), timedelta(days=60)
OLDEST_RIGHT = 1500
#: So many rights lay with a certified firm's application; later ones came since.
APPLIED_WITH = 5

Row = dict[str, Any]
#: What the firm makes, its industry, its field of the national catalogue, its main product.
Trade = tuple[str, str, str, str]


@dataclass(frozen=True)
class Life:
    """A firm's registration, how far it comes, the day of its certificate and sales to begin with, seen from the day `on`."""

    registered_on: date
    on: date
    ambition: float
    certified_on: date | None = None
    first_sales_fen: int | None = None

    def has_stood(self, span: timedelta, day: date) -> bool:
        """Whether the firm had been there for so long on that day."""
        return self.registered_on + span <= day

    @property
    def fiscal_years(self) -> range:
        """The years with figures: the last three, and those that its certification looked back at."""
        latest_base = min(self.on, self.certified_on or self.on)
        return range(max(self.registered_on.year, latest_base.year - YEARS), self.on.year)


def rights_of(random: Random, life: Life, code: str, trade: Trade) -> list[Row]:
    """Rights granted between the firm's first half year and the present, a certified firm's first ones before its application."""
    kinds = (("invention_patent", 1), ("utility_model", 2), ("software_copyright", 2), ("utility_model", 2))
    found = []
    for index in range(int(life.ambition * 9)):
        kind, ip_class = kinds[index % len(kinds)] if life.ambition > 0.5 else kinds[1 + index % 3]
        granted = _granted_on(random, life, index)
        if granted is None:
            continue
        found.append(
            {
                "kind_code": kind,
                "ip_class": ip_class,
                "number": f"SL{code[8:17]}{index:02d}",
                "name": f"一种{trade[3]}的制备方法（示例{index + 1}）",
                "acquired_by": "own_research" if random.random() < 0.85 else "assignment",
                "granted_on": granted,
                "expires_on": granted + timedelta(days=3650 if ip_class == 2 else 7300),
            }
        )
    return found


def _granted_on(random: Random, life: Life, index: int) -> date | None:
    latest = life.on - LATEST_RIGHT
    if life.certified_on is not None and index < APPLIED_WITH:
        latest = life.certified_on - ASSESSED
    days = min(OLDEST_RIGHT, (latest - life.registered_on - FIRST_RIGHT).days)
    return None if days < 0 else latest - timedelta(days=random.randint(0, days))


def grades_of(life: Life) -> dict[str, int]:
    """What experts gave a firm that was assessed before."""
    if life.ambition <= GRADED_FROM or not life.has_stood(A_YEAR, life.on):
        return {}
    return {fact: round(most * (0.35 + life.ambition * 0.6)) for fact, most in GRADES.items()}


def product_of(trade: Trade, latest: Mapping[str, Any]) -> Row:
    """The main product in the latest year with figures."""
    revenue = latest["high_tech_income_fen"]
    return {
        "name": trade[3],
        "year": latest["year"],
        "is_high_tech": bool(trade[2]),
        "is_main": bool(trade[2]),
        "revenue_fen": int(revenue * 0.8) if revenue else None,
        "field_code": trade[2],
    }


def conversions_of(life: Life, trade: Trade) -> list[Row]:
    """Achievements turned into products, spread over those of the last three years in which the firm was there."""
    return [
        {"year": year, "title": f"{trade[3]}工艺改进成果（示例{index + 1}）"}
        for index in range(int(life.ambition * 13.5))
        if (year := life.on.year - 1 - index % YEARS) >= life.registered_on.year
    ]


def certificates_of(life: Life, number: int) -> list[Row]:
    """The certificate of recognition, or the technology SME number of this year."""
    year, issued = life.on.year, life.certified_on
    if issued is not None:
        expires = issued.replace(year=issued.year + 3, day=min(issued.day, 28)) - timedelta(days=1)
        return [_certificate("high-tech-enterprise", f"GR{issued.year}42{number:06d}（示例）", issued, expires)]
    first = date(year, 1, 4)
    if SME_FROM < life.ambition <= SME_UP_TO and number % 2 and life.has_stood(A_YEAR, first):
        return [_certificate("technology-sme", f"{year}429005{number:08d}（示例）", first, date(year, 12, 31))]
    return []


def _certificate(kind: str, number: str, issued_on: date, expires_on: date) -> Row:
    return {"kind": kind, "number": number, "issued_on": issued_on, "expires_on": expires_on}


def tags_of(random: Random, life: Life) -> list[Row]:
    """The bureau's lists that the firm is on, of a day on which it had stood for a year."""
    found: list[Row] = []
    for threshold, tag in ((0.65, "high_tech_subject"), (0.55, "cultivation_pool")):
        if life.ambition > threshold and random.random() < 0.6:
            found.append({"tag": tag, "granted_on": life.on - timedelta(days=200)})
    if life.ambition > 0.93:
        expires = life.on + timedelta(days=795)
        found.append({"tag": "gazelle", "granted_on": life.on - timedelta(days=300), "expires_on": expires})
    return [row for row in found if life.has_stood(A_YEAR, row["granted_on"])]
