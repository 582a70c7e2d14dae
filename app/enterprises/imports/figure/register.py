"""Yearly figures as a register that sheets can hold."""

import re

from sqlalchemy.orm import Session

from app.enterprises.imports.fields import YEARLY_FIELDS
from app.enterprises.imports.figure.reader import load_figure_tables
from app.enterprises.imports.figure.taker import FigureTaker
from app.enterprises.imports.mapping import YEARLY_CIRCUMSTANCES
from app.enterprises.imports.registers import FIGURES, GivenField, ImportedRegister, IntakeContext, list_terms_to_choose
from app.enterprises.imports.undo import parts as undo
from app.kit.i18n import N_

_WORDS = {
    "TAX": ("加计扣除", "税务", "纳税", "汇算清缴"),
    "STAT": ("统计", "规上", "规下", "规模以", "经营", "年报"),
    "HTE": ("高企口径", "认定口径", "高企认定", "专项审计"),
}
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?(?!\d)")


def guess_basis(titles: str) -> str:
    """The basis that a sheet's name and titles point at; "" when they say nothing."""
    return next((basis for basis, words in _WORDS.items() if any(word in titles for word in words)), "")


def guess_year(titles: str) -> str:
    """The one year that a sheet's name and titles name; "" for none, or for several."""
    years = set(_YEAR.findall(titles))
    return years.pop() if len(years) == 1 else ""


def open_figures(session: Session, intake: IntakeContext) -> FigureTaker:
    """Who takes yearly figures in."""
    return FigureTaker(load_figure_tables(session, this_year=intake.today.year), intake)


REGISTER = ImportedRegister(
    FIGURES,
    N_("年度数据"),
    YEARLY_FIELDS,
    ("年度数据", "经营数据", "经营情况", "财务数据", "统计年报", "研发投入", "补报数据", "企业数据"),
    open_figures,
    given=(
        GivenField("basis", list_terms_to_choose("figure_basis"), guess_basis, default="STAT"),
        GivenField("year", lambda _session: (), guess_year),
    ),
    circumstances=YEARLY_CIRCUMSTANCES,
    reversal=undo.FIGURES,
)
