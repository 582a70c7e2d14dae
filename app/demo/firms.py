"""Fictional firms, made from a seed: the same seed gives the same firms. Pure.

The registration comes first; whatever a firm has follows from it, so that nothing is older than the firm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from app.demo.holdings import (
    CERTIFIED_FROM,
    Life,
    Row,
    Trade,
    certificates_of,
    conversions_of,
    grades_of,
    product_of,
    rights_of,
    tags_of,
)
from app.demo.words import BRANDS, KINDS, LEGAL_FORMS, MIDDLES, SURNAMES, TOWNSHIPS, TRADES
from app.enterprises.domain.uscc import ALPHABET, check_character

REGION_OF_CODES = "429099"
SUFFIX = "（示例）"
FEN_PER_WAN = 1_000_000
#: The firm whose own account the demo opens: long there, far on, and certified once before, by a case of its own.
SHOWN = 0
SHOWN_AMBITION, SHOWN_YEARS, SHOWN_TRADE = 0.98, 12, TRADES[0]
SHOWN_CERTIFIED = timedelta(days=36 * 30)
#: Small enough to stay below the limits of a technology SME, which it is each year.
SHOWN_SALES = 2000 * FEN_PER_WAN
#: Who comes as far as a certificate has been there for so many days.
SEASONED = 2600


@dataclass(frozen=True)
class DemoFirm:
    """One fictional firm as rows to insert; rows of parts lack the firm's id. `is_twin`: a second record of another one."""

    enterprise: Row
    figures: list[Row] = field(default_factory=list)
    properties: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    conversions: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    certificates: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    former_names: list[Row] = field(default_factory=list)
    former_codes: list[Row] = field(default_factory=list)
    grades: dict[str, int] = field(default_factory=dict)
    ambition: float = 0.0
    statements: bool = False
    total_costs_fen: int | None = None
    is_twin: bool = False


def make_firms(random: Random, count: int, on: date, *, start: int = 0) -> Iterator[DemoFirm]:
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


def _firm(random: Random, number: int, on: date) -> DemoFirm:
    trade, life = _life(random, number, on)
    enterprise = _enterprise(random, number, trade, life)
    statements = number == SHOWN or random.random() < 0.6
    contact = {"name": random.choice(SURNAMES) + SUFFIX, "title": "办公室主任", "phone": "0728-0000000"}
    firm = DemoFirm(
        enterprise,
        certificates=certificates_of(life, number) if number != SHOWN else [],
        contacts=[contact | {"is_primary": True}],
        tags=tags_of(random, life),
        ambition=life.ambition,
        statements=statements,
    )
    if life.ambition > 0.12:
        firm = _with_work(random, firm, trade, life)
    return _with_tax_return(firm, on) if statements else firm


def _life(random: Random, number: int, on: date) -> tuple[Trade, Life]:
    """What the firm makes and how far it comes; who comes far has had the time for it."""
    if number == SHOWN:
        registered = on.replace(year=on.year - SHOWN_YEARS, day=1)
        return SHOWN_TRADE, Life(registered, on, SHOWN_AMBITION, on - SHOWN_CERTIFIED, SHOWN_SALES)
    trade = random.choice(TRADES)
    ambition = random.random() if trade[2] else random.random() * 0.35
    days = random.choice((random.randint(30, 700), random.randint(700, 9000)))
    if ambition <= CERTIFIED_FROM:
        return trade, Life(on - timedelta(days=days), on, ambition)
    certified_on = on - timedelta(days=random.randint(20, 1080))
    days = days if days > SEASONED else days + SEASONED
    return trade, Life(on - timedelta(days=days), on, ambition, certified_on)


def _with_work(random: Random, firm: DemoFirm, trade: Trade, life: Life) -> DemoFirm:
    """The firm with its figures and what came of its research."""
    figures = _figures_of(random, life)
    return replace(
        firm,
        figures=figures,
        properties=rights_of(random, life, firm.enterprise["uscc"], trade),
        products=[product_of(trade, figures[-1])] if figures else [],
        conversions=conversions_of(life, trade),
        grades=grades_of(life),
    )


def _enterprise(random: Random, number: int, trade: Trade, life: Life) -> Row:
    what, industry, field_code, _product = trade
    region, township = random.choice(TOWNSHIPS)
    serial = "" if number < 600 else f"{number:05d}"
    stem = f"{random.choice(BRANDS)}{random.choice(MIDDLES)}{serial}{what}"
    capital = random.choice((100, 200, 300, 500, 800, 1000, 2000, 3000, 5000)) * FEN_PER_WAN
    return {
        "uscc": fictional_code(number),
        "uscc_confirmed": True,
        "name": f"潜江{stem}{random.choice(LEGAL_FORMS)}{SUFFIX}",
        "registered_on": life.registered_on,
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


def _figures_of(random: Random, life: Life) -> list[Row]:
    drawn = random.choice((800, 1500, 2600, 4200, 5600, 8600, 15000, 23000)) * FEN_PER_WAN
    sales = life.first_sales_fen or drawn
    growth = 0.91 + life.ambition * 0.37 + random.random() * 0.13
    staff, equity = random.randint(18, 240), 0.35 + random.random() * 0.3
    found = []
    for year in life.fiscal_years:
        sales = int(sales * growth)
        known = random.random() > 0.06 or life.certified_on is not None
        row = _figures(random, year, sales, staff, life.ambition, known)
        found.append(row | {"net_assets_fen": int(sales * equity)})
    return found


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
        total_assets_fen=int(sales * (0.9 + random.random() * 0.4)),
        rd_other_fen=int(rd * 0.06),
        rd_outsourced_domestic_fen=int(rd * 0.06),
        rd_outsourced_overseas_fen=0,
        staff_average_e4=staff * 10_000,
        rd_staff_average_e4=int(staff * (0.06 + ambition * 0.13)) * 10_000 if known else None,
    )
    return row


def _with_tax_return(firm: DemoFirm, on: date) -> DemoFirm:
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
