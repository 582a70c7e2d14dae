"""年度数据: figures down, years across; what is computed from them is marked so. Unknown stays unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.domain.figures import RD_INTERNAL, RD_OUTSOURCED, doubts, missing_rd, rd_total
from app.enterprises.events import FIELD_LABELS
from app.enterprises.holdings import figures_by_firm
from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.part_fields import BALANCE_NAMES, STAFF_NAMES
from app.enterprises.service.parts import list_parts
from app.enterprises.service.records import FIGURES
from app.kit.i18n import _, ngettext
from app.kit.money import format_yuan
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.enterprise_words import NOTHING, wan_text

router = GuardedRouter(door="web", prefix="/enterprises")

MAX_FIGURE_COLUMNS = 12

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FigureColumn:
    """One record of yearly figures as a column."""

    id: int
    year: int
    basis: str
    source: str
    note: str
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class FigureRow:
    """One figure over the columns; `kind` "total" is computed, "head" begins a group."""

    label: str
    cells: tuple[str, ...]
    kind: str = ""
    exact: tuple[str, ...] = ()


@dataclass(frozen=True)
class FiguresPage:
    """年度数据: figures down, years across."""

    head: EnterpriseHead
    columns: tuple[FigureColumn, ...]
    rows: tuple[FigureRow, ...]
    hidden: int


@router.get("/{uscc}/figures", action=actions.READ)
def figures_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    head = head_of(call.session, call.actor, firm, call.now, "figures")
    records = list_parts(
        call.session, FIGURES, firm.id, YearlyFigures.year.desc(), YearlyFigures.basis, YearlyFigures.source
    )
    shown = records[:MAX_FIGURE_COLUMNS]
    page = FiguresPage(
        head=head,
        columns=tuple(_column(row, head) for row in shown),
        rows=_figure_rows([FIGURES.values_of(row) for row in shown]),
        hidden=len(records) - len(shown),
    )
    return call.render("web/enterprises/figures.html", page)


def _column(row: YearlyFigures, head: EnterpriseHead) -> FigureColumn:
    return FigureColumn(
        id=row.id,
        year=row.year,
        basis=head.words.label("figure_basis", row.basis),
        source=head.words.label("figure_source", row.source),
        note=row.note,
        doubts=tuple(doubts(FIGURES.values_of(row))),
    )


def _figure_rows(columns: Sequence[Mapping[str, Any]]) -> tuple[FigureRow, ...]:
    def amounts(names: Sequence[str]) -> list[FigureRow]:
        return [
            FigureRow(
                _label(name),
                tuple(wan_text(column[name]) for column in columns),
                exact=tuple(_yuan(column[name]) for column in columns),
            )
            for name in names
        ]

    totals = [rd_total(column) for column in columns]
    return (
        FigureRow(_("收入与资产（万元）"), (), "head"),
        *amounts(BALANCE_NAMES),
        FigureRow(_("研发费用（万元）"), (), "head"),
        *amounts((*RD_INTERNAL, *RD_OUTSOURCED)),
        FigureRow(
            _("研发费用合计"),
            tuple(
                wan_text(total) if total is not None else _missing(column)
                for total, column in zip(totals, columns, strict=True)
            ),
            "total",
        ),
        *amounts(("rd_total_fen",)),
        FigureRow(
            _("占销售收入"),
            tuple(_share(total, column["sales_revenue_fen"]) for total, column in zip(totals, columns, strict=True)),
            "total",
        ),
        FigureRow(_("人员（月平均）"), (), "head"),
        *(FigureRow(_label(name), tuple(_people(column[name]) for column in columns)) for name in STAFF_NAMES),
        FigureRow(
            _("科技人员占比"),
            tuple(_share(column["rd_staff_average_e4"], column["staff_average_e4"]) for column in columns),
            "total",
        ),
    )


def _label(name: str) -> str:
    return _(FIELD_LABELS[f"enterprise.figures.{name}"])


def _yuan(fen: int | None) -> str:
    return "" if fen is None else _("%(amount)s 元") % {"amount": format_yuan(fen)}


def _people(value: int | None) -> str:
    if value is None:
        return NOTHING
    whole, rest = divmod(value, 10_000)
    return f"{whole:,}" + (f".{rest:04d}".rstrip("0") if rest else "")


def _share(part: int | None, whole: int | None) -> str:
    """A share as percent, cut and never rounded up over a threshold."""
    if part is None or not whole:
        return NOTHING
    hundredths = Fraction(part, whole) * 10_000
    cut = hundredths.numerator // hundredths.denominator
    return f"{cut // 100}.{cut % 100:02d}".rstrip("0").rstrip(".") + "%"


def _missing(figures: Mapping[str, int | None]) -> str:
    n = len(missing_rd(figures))
    return ngettext("缺 %(n)s 项", "缺 %(n)s 项", n) % {"n": n}


# -- for the overview ------


def latest_figures(session: Session, firm: Enterprise, on: date) -> tuple[int | None, Mapping[str, int | None]]:
    """The latest year's figures on the certification basis, else on the statistical one."""
    for basis in ("HTE", "STAT", "TAX"):
        years = figures_by_firm(session, [firm.id], basis, range(on.year - 5, on.year + 1))[firm.id]
        if years:
            year = max(years)
            return year, years[year]
    return None, {}


def summary_of(figures: Mapping[str, int | None]) -> Pairs:
    """The few figures that say how a firm stands."""
    if not figures:
        return ()
    revenue, total = figures["sales_revenue_fen"], rd_total(figures)
    if total is None:
        total = figures["rd_total_fen"]
    return (
        (_("销售收入"), wan_text(revenue)),
        (_("研发费用合计"), wan_text(total) if total is not None else _missing(figures)),
        (_("研发费用占比"), _share(total, revenue)),
        (_("高新收入占比"), _share(figures["high_tech_income_fen"], figures["total_income_fen"])),
        (_("职工总数"), _people(figures["staff_average_e4"])),
        (_("科技人员占比"), _share(figures["rd_staff_average_e4"], figures["staff_average_e4"])),
    )
