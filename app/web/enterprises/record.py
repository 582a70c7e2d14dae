"""One firm: the overview with the cards of other slices, and a tab for each kind of record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine
from app.enterprises import actions, queries
from app.enterprises.domain.scale import suggest_scale
from app.enterprises.domain.uscc import normalise
from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.reasons import LABELS as IMPORT_LABELS
from app.enterprises.merges.queries import MergedFirm, list_merged_into
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Contact,
    Conversion,
    Enterprise,
    StandardParticipation,
)
from app.enterprises.service.parts import list_parts
from app.enterprises.service.records import (
    CERTIFICATE,
    COMPLIANCE,
    CONTACT,
    CONVERSION,
    STANDARD,
)
from app.journal.queries import timeline
from app.kit.i18n import _
from app.reference.queries import find_industry
from app.web.enterprises.figures import latest_figures, summary_of
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.case_events import KnownCases, named_lines
from app.web.shared.enterprise_panels import Panel, panels_for, read_firm
from app.web.shared.enterprise_words import Badge, above_scale_text, capital_text

router = GuardedRouter(door="web", prefix="/enterprises")

RECENT_EVENTS = 6
TIMELINE_PAGE = 50

Before = Annotated[int | None, Query(ge=1, le=2**62)]
#: What the overview tells of the firm; a field that is not named here comes last. The head tells name, code and place.
_ORDER = ("registered_on", "kind", "capital_fen", "legal_representative", "industry_code", "field_code", "scale", "above_scale",
          "park_code", "address")  # fmt: skip
_ELSEWHERE = frozenset({"name", "capital_currency", "field_detail", "region_code", "business_scope"})
_TOLD = (
    *_ORDER,
    *ENTERPRISE.names(lambda field: field.by_hand and field.name not in _ELSEWHERE and field.name not in _ORDER),
)
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EnterpriseOverviewPage:
    """概况: identity, what other slices know, the latest figures, what happened last."""

    head: EnterpriseHead
    identity: Pairs
    capital_remark: str
    unread: Pairs
    scope: str
    former_names: tuple[queries.FormerIdentity, ...]
    former_codes: tuple[queries.FormerIdentity, ...]
    figures: tuple[tuple[str, str], ...]
    figures_year: int | None
    scale_hint: str
    main_panels: tuple[Panel, ...]
    side_panels: tuple[Panel, ...]
    recent: tuple[TimelineLine, ...]
    merged: tuple[MergedFirm, ...]


@dataclass(frozen=True)
class ResultsPage:
    """成果转化与标准."""

    head: EnterpriseHead
    conversions: tuple[Conversion, ...]
    standards: tuple[StandardParticipation, ...]
    by_year: str


@dataclass(frozen=True)
class CompliancePage:
    """证书与合规."""

    head: EnterpriseHead
    certificates: tuple[tuple[Certificate, Badge], ...]
    events: tuple[ComplianceEvent, ...]


@dataclass(frozen=True)
class ContactsPage:
    """联系人."""

    head: EnterpriseHead
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class TimelinePage:
    """时间线: every change of the firm and of what belongs to it."""

    head: EnterpriseHead
    entries: tuple[TimelineLine, ...]
    older: str


# -- the overview ------------------------------------------------------------------------------------------------------------


@router.get("/{uscc}", action=actions.READ)
def enterprise_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    if firm.uscc != normalise(uscc):
        notice = _("该代码现由这家企业承接（代码已变更或企业已合并），以下是现用的页面。")
        return call.redirect(f"/enterprises/{firm.uscc}", info=notice)
    head = head_of(call.session, call.actor, firm, call.now, "")
    read = read_firm(call.session, call.actor, firm)
    panels = panels_for(call.session, call.actor, read, call.now)
    year, figures = latest_figures(call.session, firm, call.on)
    names, codes = queries.list_former(call.session, firm.id)
    merged = list_merged_into(call.session, firm.id) if codes else []  # whoever went into this one left its code
    also = tuple(each.firm_id for each in merged)
    events = timeline(call.session, enterprise_id=firm.id, also=also, limit=RECENT_EVENTS)
    page = EnterpriseOverviewPage(
        head=head,
        identity=_identity(call.session, firm, head),
        capital_remark=_(firm.capital_remark),
        unread=tuple((_(IMPORT_LABELS.get(name, name)), text) for name, text in firm.unread_cells.items()),
        scope=firm.business_scope,
        former_names=tuple(names),
        former_codes=tuple(codes),
        figures=summary_of(figures),
        figures_year=year,
        scale_hint=_scale_hint(firm, head, year, figures),
        main_panels=tuple(panel for panel in panels if panel.place == "main"),
        side_panels=tuple(panel for panel in panels if panel.place == "side"),
        recent=named_lines(call, events, known=KnownCases(read.catalogue, read.cases)),
        merged=tuple(merged),
    )
    return call.render("web/enterprises/overview.html", page)


def _identity(session: Session, firm: Enterprise, head: EnterpriseHead) -> Pairs:
    """What the form asks of the firm, in words and in the order that people know; its scope stands for itself."""
    industry = find_industry(session, firm.industry_code)
    reported = {
        "capital_fen": (_("注册资本"), capital_text(firm, head.words)),
        "industry_code": (_("行业"), f"{industry.code} {industry.name}" if industry else firm.industry_code),
        "field_code": (
            _("技术领域"),
            " · ".join(text for text in (head.words.field_label(firm.field_code), firm.field_detail) if text),
        ),
        "scale": (_("规模"), head.words.label("scale", firm.scale)),
        "business_status": (_("经营状态"), head.words.label("business_status", firm.business_status)),
        "above_scale": (_("规上企业"), above_scale_text(firm.above_scale)),
        "park_code": (_("园区"), head.words.park_label(firm.park_code)),
    }
    plain = {name: (_(ENTERPRISE[name].label), _plain(getattr(firm, name))) for name in _TOLD if name not in reported}
    return tuple((reported | plain)[name] for name in _TOLD)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _scale_hint(firm: Enterprise, head: EnterpriseHead, year: int | None, figures: Mapping[str, int | None]) -> str:
    staff, revenue = figures.get("staff_average_e4"), figures.get("sales_revenue_fen")
    suggested = suggest_scale(firm.industry_code, staff, revenue)
    if suggested is None or suggested == firm.scale:
        return ""
    known = {"year": year, "scale": head.words.label("scale", suggested)}
    return _("按 %(year)s 年数据和国统字〔2017〕213号，规模参考为“%(scale)s”，以统计部门认定为准。") % known


# -- the other tabs ----------------------------------------------------------------------------------------------------------


@router.get("/{uscc}/conversions", action=actions.READ)
def conversions_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    conversions = list_parts(call.session, CONVERSION, firm.id, Conversion.year.desc(), Conversion.title)
    counts: dict[int, int] = {}
    for conversion in conversions:
        counts[conversion.year] = counts.get(conversion.year, 0) + 1
    page = ResultsPage(
        head=head_of(call.session, call.actor, firm, call.now, "conversions"),
        conversions=tuple(conversions),
        standards=tuple(list_parts(call.session, STANDARD, firm.id, StandardParticipation.year.desc())),
        by_year=_("，").join(_("%(year)s 年 %(n)s 项") % {"year": year, "n": n} for year, n in counts.items()),
    )
    return call.render("web/enterprises/results.html", page)


@router.get("/{uscc}/compliance", action=actions.READ)
def compliance_page(call: Call, uscc: str) -> Response:
    firm, on = open_firm(call.session, call.actor, uscc), call.on
    held = list_parts(call.session, CERTIFICATE, firm.id, Certificate.issued_on.desc().nulls_last())
    page = CompliancePage(
        head=head_of(call.session, call.actor, firm, call.now, "compliance"),
        certificates=tuple((certificate, _certificate_state(certificate, on)) for certificate in held),
        events=tuple(list_parts(call.session, COMPLIANCE, firm.id, ComplianceEvent.happened_on.desc())),
    )
    return call.render("web/enterprises/standing.html", page)


def _certificate_state(certificate: Certificate, on: date) -> Badge:
    if certificate.revoked_on is not None and certificate.revoked_on <= on:
        return "late", _("已于 %(day)s 撤销") % {"day": certificate.revoked_on.isoformat()}
    if certificate.issued_on is None:
        return "wait", _("缺发证日期")
    if certificate.issued_on > on:
        return "idle", _("未生效")
    if certificate.expires_on is not None and certificate.expires_on < on:
        return "idle", _("已到期")
    return "good", _("有效")


@router.get("/{uscc}/certificates", action=actions.READ)
def certificates_page(call: Call, uscc: str) -> Response:
    return call.redirect(f"/enterprises/{open_firm(call.session, call.actor, uscc).uscc}/compliance#certificates")


@router.get("/{uscc}/contacts", action=actions.READ)
def contacts_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    contacts = tuple(list_parts(call.session, CONTACT, firm.id, Contact.is_primary.desc()))
    page = ContactsPage(head_of(call.session, call.actor, firm, call.now, "contacts"), contacts)
    return call.render("web/enterprises/contacts.html", page)


@router.get("/{uscc}/timeline", action=actions.READ)
def timeline_page(call: Call, uscc: str, before: Before = None) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    also = tuple(each.firm_id for each in list_merged_into(call.session, firm.id))
    events = timeline(call.session, enterprise_id=firm.id, also=also, before=before, limit=TIMELINE_PAGE + 1)
    head = head_of(call.session, call.actor, firm, call.now, "timeline")
    older = f"{head.url}/timeline?before={events[TIMELINE_PAGE - 1].position}" if len(events) > TIMELINE_PAGE else ""
    page = TimelinePage(head, named_lines(call, events[:TIMELINE_PAGE]), older)
    return call.render("web/enterprises/timeline.html", page)
