"""The values of a paper, read for all its cases at once: as many queries for one case as for hundreds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.queries import officer_names
from app.cases import queries
from app.cases.models import CaseFile
from app.cases.opinions.domain import OUTCOME_LABELS, OpinionOutcome
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import department_names
from app.cases.printouts.placeholders import Paper, Value
from app.enterprises.holdings import Figures, figures_by_firm
from app.enterprises.models import Contact, Enterprise, IntellectualProperty
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.policies.domain.values.outcome import Outcome as VerdictOutcome
from app.policies.models import StoredVerdict
from app.policies.queries import list_overrides
from app.policies.words import outcome_text
from app.programmes.models import ProgrammeRound
from app.programmes.queries import Catalogue, load_catalogue
from app.reference.queries import code_names, list_industry_names, list_region_names

MOST_CASES = 500
FEN_PER_WAN = 1_000_000
_FIGURES = {
    "上年总收入_万元": "total_income_fen",
    "上年销售收入_万元": "sales_revenue_fen",
    "上年高新收入_万元": "high_tech_income_fen",
}


@dataclass(frozen=True)
class _Known:
    """Everything that the rows are made of."""

    catalogue: Catalogue
    officers: Mapping[int, str]
    regions: Mapping[str, str]
    industries: Mapping[str, str]
    fields: Mapping[str, str]
    contacts: Mapping[int, Contact]
    figures: Mapping[int, Mapping[int, Figures]]
    rights: Mapping[tuple[int, int], int]
    rounds: Mapping[tuple[str, int, str], str]
    verdicts: Mapping[int, str]
    opinions: Mapping[int, str]


def list_cases(session: Session, actor: Actor, numbers: Sequence[str]) -> list[CaseFile]:
    """The cases of a paper in the order in which they were chosen. Raises `Invalid` for none or too many, `NotFound`."""
    wanted = list(dict.fromkeys(numbers))
    if not 0 < len(wanted) <= MOST_CASES:
        raise Invalid("paper.cases", _("请选择 1 至 %(most)s 件。") % {"most": MOST_CASES})
    statement = queries.visible_to(actor).where(CaseFile.number.in_(wanted))
    found = {case.number: case for case in session.scalars(statement)}
    return [found.get(number) or queries.get_visible_to(session, actor, number) for number in wanted]


def gather_paper(session: Session, cases: Sequence[CaseFile], *, actor: Actor, office: str, now: datetime) -> Paper:
    """What a template is filled with for `cases` (one at least); `office` is the name of the bureau."""
    known = _read(session, cases)
    rows = tuple(_row(case, number, known) for number, case in enumerate(cases, start=1))
    once: dict[str, Value] = {
        "单位名称": office,
        "制作日期": f"{today(now).year}年{today(now).month}月{today(now).day}日",
        "制作人": actor.name,
        "件数": len(cases),
        "通道名称": _("、").join(dict.fromkeys(str(row["培育通道"]) for row in rows)),
        "年度范围": _("、").join(str(year) for year in sorted({case.year for case in cases})),
        "企业名单": _("、").join(case.enterprise.name for case in cases),
    }
    return Paper(once, rows)


def _row(case: CaseFile, number: int, known: _Known) -> dict[str, Value]:
    firm, programme = case.enterprise, known.catalogue.get(case.programme_code, case.programme_version)
    contact = known.contacts.get(firm.id)
    return {
        "序号": number,
        "受理编号": case.number,
        **_firm(firm, known),
        "联系人": contact.name if contact else "",
        "联系电话": contact.phone if contact else "",
        "培育通道": str(programme.title),
        "年度": case.year,
        "批次": known.rounds.get((case.programme_code, case.year, case.round or ""), case.round or ""),
        "阶段": str(programme.stage(case.stage).name),
        "经办人": known.officers.get(case.officer_id or 0, ""),
        "立案日期": _day(case.opened_on),
        "申报日期": _day(case.submitted_on),
        **_figures(known.figures[firm.id].get(case.year - 1, {})),
        "一类知识产权数": known.rights.get((firm.id, 1), 0),
        "二类知识产权数": known.rights.get((firm.id, 2), 0),
        "判定结论": known.verdicts.get(case.id, ""),
        "部门意见": known.opinions.get(case.id, ""),
    }


def _firm(firm: Enterprise, known: _Known) -> dict[str, Value]:
    in_renminbi = firm.capital_fen is not None and firm.capital_currency in ("", "CNY")
    return {
        "企业名称": firm.name,
        "统一社会信用代码": firm.uscc,
        "法定代表人": firm.legal_representative,
        "所在地": known.regions.get(firm.region_code, ""),
        "地址": firm.address,
        "所属行业": known.industries.get(firm.industry_code, ""),
        "技术领域": known.fields.get(firm.field_code, firm.field_detail),
        "成立日期": _day(firm.registered_on),
        "注册资本_万元": _wan(firm.capital_fen) if in_renminbi else "",
    }


def _figures(figures: Figures) -> dict[str, Value]:
    """Money of one year on the certification basis; what is not known stays empty, it is not nought."""
    return {name: _wan(figures.get(column)) for name, column in _FIGURES.items()}


def _wan(fen: int | None) -> Value:
    return "" if fen is None else (Decimal(fen) / FEN_PER_WAN).normalize() + Decimal(0)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


# -- reading -----------------------------------------------------------------------------------------------------------


def _read(session: Session, cases: Sequence[CaseFile]) -> _Known:
    firms = {case.enterprise_id: case.enterprise for case in cases}
    years = range(min(case.year for case in cases) - 1, max(case.year for case in cases))
    return _Known(
        catalogue=load_catalogue(session),
        officers=officer_names(session, {case.officer_id for case in cases if case.officer_id is not None}),
        regions=list_region_names(session, [firm.region_code for firm in firms.values()]),
        industries=list_industry_names(session, [firm.industry_code for firm in firms.values()]),
        fields=code_names(session),
        contacts=_contacts(session, list(firms)),
        figures=figures_by_firm(session, list(firms), "HTE", years),
        rights=_rights(session, list(firms)),
        rounds=_rounds(session),
        verdicts=_verdicts(session, [case.id for case in cases]),
        opinions=_opinions(session, [case.id for case in cases]),
    )


def _rights(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """How many rights of each class each firm has on file."""
    key = (IntellectualProperty.enterprise_id, IntellectualProperty.ip_class)
    counted = select(*key, func.count()).where(IntellectualProperty.enterprise_id.in_(ids)).group_by(*key)
    return {(firm, ip_class): number for firm, ip_class, number in session.execute(counted)}


def _contacts(session: Session, ids: Sequence[int]) -> dict[int, Contact]:
    """The contact marked as the first one, else the one noted first."""
    rows = session.scalars(
        select(Contact).where(Contact.enterprise_id.in_(ids)).order_by(Contact.is_primary, Contact.id.desc())
    )
    return {row.enterprise_id: row for row in rows}


def _rounds(session: Session) -> dict[tuple[str, int, str], str]:
    return {(row.programme_code, row.year, row.code): row.title_zh for row in session.scalars(select(ProgrammeRound))}


def _verdicts(session: Session, case_ids: Sequence[int]) -> dict[int, str]:
    """The outcome of the newest verdict kept for each case, or what was decided instead of it."""
    kept = select(StoredVerdict).where(StoredVerdict.case_id.in_(case_ids)).order_by(StoredVerdict.id)
    newest = {row.case_id: row for row in session.scalars(kept) if row.case_id is not None}
    overrides = list_overrides(session, [row.id for row in newest.values()])
    in_force = {row.stored_verdict_id: row.outcome for row in overrides if row.withdrawn_at is None}
    return {case_id: outcome_text(VerdictOutcome(in_force.get(row.id, row.outcome))) for case_id, row in newest.items()}


def _opinions(session: Session, case_ids: Sequence[int]) -> dict[int, str]:
    """The newest answer of each department: `税务局：同意；财政局：不同意`."""
    answered = select(Opinion).where(Opinion.case_id.in_(case_ids), Opinion.outcome != "").order_by(Opinion.id)
    said: dict[int, dict[str, str]] = {}
    for row in session.scalars(answered):
        said.setdefault(row.case_id, {})[row.department] = _(OUTCOME_LABELS[OpinionOutcome(row.outcome)])
    names = department_names(session) if said else {}
    return {
        case_id: _("；").join(f"{names.get(code, code)}{_('：')}{text}" for code, text in each.items())
        for case_id, each in said.items()
    }
