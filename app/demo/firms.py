"""Fictional firms, made from a seed: the same seed gives the same firms. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from app.demo.words import BRANDS, KINDS, LEGAL_FORMS, MIDDLES, SURNAMES, TOWNSHIPS, TRADES
from app.enterprises.domain.uscc import ALPHABET, check_character

REGION_OF_CODES = "429099"
SUFFIX = "（示例）"
YEARS = 3
FEN_PER_WAN = 1_000_000
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
#: Firms between these ambitions hold a technology SME number, every other one of them.
SME_FROM, SME_UP_TO = 0.4, 0.75

Row = dict[str, Any]


@dataclass(frozen=True)
class Firm:
    """One fictional firm as rows to insert; rows of parts lack the firm's id. `supports` pairs products with rights."""

    enterprise: Row
    figures: list[Row] = field(default_factory=list)
    properties: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    conversions: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    certificates: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    grades: dict[str, int] = field(default_factory=dict)
    ambition: float = 0.0
    statements: bool = False
    total_costs_fen: int | None = None


def make_firms(random: Random, count: int, on: date, *, start: int = 0) -> Iterator[Firm]:
    """`count` firms as of `on`; `start` numbers them, so that codes and names never repeat."""
    for number in range(start, start + count):
        yield _firm(random, number, on)


def fictional_code(number: int) -> str:
    """A code of the unassigned region 429099 with a valid check character."""
    digits = ""
    rest = number
    for _place in range(6):
        rest, index = divmod(rest, len(ALPHABET))
        digits = ALPHABET[index] + digits
    first = f"91{REGION_OF_CODES}MAX{digits}"
    return first + check_character(first)


def _firm(random: Random, number: int, on: date) -> Firm:
    trade = random.choice(TRADES)
    ambition = random.random() if trade[2] else random.random() * 0.35
    enterprise = _enterprise(random, number, on, trade)
    registered = enterprise["registered_on"]
    firm = Firm(enterprise, ambition=ambition, statements=random.random() < 0.6)
    firm.contacts.append(
        {"name": random.choice(SURNAMES) + SUFFIX, "title": "办公室主任", "phone": "0728-0000000", "is_primary": True}
    )
    if ambition > 0.12:
        _add_figures(random, firm, registered, on, ambition)
        _add_knowledge(random, firm, trade, on, ambition)
    _add_standing(random, firm, number, on, ambition)
    return _with_tax_return(firm, on) if firm.statements else firm


def _enterprise(random: Random, number: int, on: date, trade: tuple[str, str, str, str]) -> Row:
    what, industry, field_code, _product = trade
    region, township = random.choice(TOWNSHIPS)
    serial = "" if number < 600 else f"{number:05d}"
    stem = f"{random.choice(BRANDS)}{random.choice(MIDDLES)}{serial}{what}"
    capital = random.choice((100, 200, 300, 500, 800, 1000, 2000, 3000, 5000)) * FEN_PER_WAN
    return {
        "uscc": fictional_code(number),
        "uscc_confirmed": True,
        "name": f"潜江{stem}{random.choice(LEGAL_FORMS)}{SUFFIX}",
        "registered_on": on - timedelta(days=random.choice((random.randint(30, 700), random.randint(700, 9000)))),
        "kind": random.choice(KINDS),
        "capital_fen": capital,
        "capital_currency": "CNY",
        "capital_text": f"{capital // FEN_PER_WAN}万元人民币",
        "legal_representative": random.choice(SURNAMES) + SUFFIX,
        "industry_code": industry,
        "field_code": field_code,
        "region_code": region,
        "park_code": random.choice(("qianjiang-high-tech", "qianjiang-economic", "", "")) if field_code else "",
        "address": f"湖北省潜江市{township}示例路{random.randint(1, 199)}号",
        "business_scope": f"{what}的研发、生产和销售（虚构示例数据）。",
        "scale": "",
        "above_scale": random.random() < 0.3,
    }


def _add_figures(random: Random, firm: Firm, registered: date, on: date, ambition: float) -> None:
    sales = random.choice((800, 1500, 2600, 4200, 5600, 8600, 15000, 23000)) * FEN_PER_WAN
    growth = 0.9 + random.random() * 0.5
    staff = random.randint(18, 240)
    for offset in range(YEARS, 0, -1):
        year = on.year - offset
        sales = int(sales * growth)
        if registered.year > year:
            continue
        known = random.random() > 0.06
        firm.figures.append(_figures(random, year, sales, staff, ambition, known))


def _figures(random: Random, year: int, sales: int, staff: int, ambition: float, known: bool) -> Row:
    share = 0.018 + ambition * 0.055 + random.random() * 0.012
    rd = int(sales * share)
    parts = (0.42, 0.27, 0.09, 0.02, 0.03, 0.05)
    names = ("personnel", "direct", "depreciation", "amortisation", "design", "equipment")
    row: Row = {"year": year, "basis": "HTE", "source": "special_audit" if ambition > 0.4 else "enterprise"}
    row.update({f"rd_{name}_fen": int(rd * part) for name, part in zip(names, parts, strict=True)})
    income = int(sales * 1.01)
    row.update(
        sales_revenue_fen=sales,
        total_income_fen=income,
        high_tech_income_fen=int(income * (0.42 + ambition * 0.42)) if known else None,
        net_assets_fen=int(sales * (0.35 + random.random() * 0.3)),
        total_assets_fen=int(sales * (0.9 + random.random() * 0.4)),
        rd_other_fen=int(rd * 0.06),
        rd_outsourced_domestic_fen=int(rd * 0.06),
        rd_outsourced_overseas_fen=0,
        staff_average_e4=staff * 10_000,
        rd_staff_average_e4=int(staff * (0.05 + ambition * 0.13)) * 10_000 if known else None,
    )
    return row


def _with_tax_return(firm: Firm, on: date) -> Firm:
    """The firm with its latest tax return: R&D expense on the tax basis is what certification counts, and a little less."""
    latest = firm.figures[-1] if firm.figures else None
    if latest is None or latest["year"] != on.year - 1:
        return firm
    tax = {"year": latest["year"], "basis": "TAX", "source": "tax_return"}
    tax |= {
        name: latest[name] for name in ("sales_revenue_fen", "total_assets_fen", "rd_personnel_fen", "rd_direct_fen")
    }
    tax |= {name: latest[name] for name in ("rd_amortisation_fen", "rd_design_fen", "rd_equipment_fen")}
    tax |= {name: latest[name] for name in ("rd_outsourced_domestic_fen", "rd_outsourced_overseas_fen")}
    tax |= {"rd_depreciation_fen": latest["rd_depreciation_fen"] * 4 // 5, "rd_other_fen": latest["rd_other_fen"]}
    firm.figures.append(tax)
    return replace(firm, total_costs_fen=latest["sales_revenue_fen"] * 92 // 100)


def _add_knowledge(random: Random, firm: Firm, trade: tuple[str, str, str, str], on: date, ambition: float) -> None:
    code = firm.enterprise["uscc"]
    kinds = (("invention_patent", 1), ("utility_model", 2), ("software_copyright", 2), ("utility_model", 2))
    for index in range(int(ambition * 9)):
        kind, ip_class = kinds[index % len(kinds)] if ambition > 0.5 else kinds[1 + index % 3]
        granted = on - timedelta(days=random.randint(60, 1500))
        firm.properties.append(
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
    if ambition > GRADED_FROM:
        firm.grades.update({fact: round(most * (0.35 + ambition * 0.6)) for fact, most in GRADES.items()})
    latest = firm.figures[-1] if firm.figures else None
    if latest:
        revenue = latest["high_tech_income_fen"]
        firm.products.append(
            {
                "name": trade[3],
                "year": latest["year"],
                "is_high_tech": bool(trade[2]),
                "is_main": bool(trade[2]),
                "revenue_fen": int(revenue * 0.8) if revenue else None,
                "field_code": trade[2],
            }
        )
    for index in range(int(ambition * 12)):
        firm.conversions.append(
            {"year": on.year - 1 - index % YEARS, "title": f"{trade[3]}工艺改进成果（示例{index + 1}）"}
        )


def _add_standing(random: Random, firm: Firm, number: int, on: date, ambition: float) -> None:
    if ambition > 0.79:
        issued = on - timedelta(days=random.randint(20, 1080))
        firm.certificates.append(
            {
                "kind": "high-tech-enterprise",
                "number": f"GR{issued.year}42{number:06d}（示例）",
                "issued_on": issued,
                "expires_on": issued.replace(year=issued.year + 3, day=min(issued.day, 28)) - timedelta(days=1),
            }
        )
    if SME_FROM < ambition <= SME_UP_TO and number % 2:
        firm.certificates.append(
            {
                "kind": "technology-sme",
                "number": f"{on.year}429005{number:08d}（示例）",
                "issued_on": date(on.year, 1, 4),
                "expires_on": date(on.year, 12, 31),
            }
        )
    for threshold, tag in ((0.7, "high_tech_subject"), (0.55, "cultivation_pool")):
        if ambition > threshold and random.random() < 0.6:
            firm.tags.append({"tag": tag, "granted_on": on - timedelta(days=200)})
    if ambition > 0.93:
        firm.tags.append(
            {"tag": "gazelle", "granted_on": on - timedelta(days=300), "expires_on": on + timedelta(days=795)}
        )
