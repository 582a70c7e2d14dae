"""The head of every page about one firm: who it is, where, how it stands, what can be done; and its tabs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.engagement.models import FirmRequest
from app.engagement.queries.held import count_held
from app.enterprises import actions, queries
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Contact,
    Conversion,
    Enterprise,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    StandardParticipation,
    YearlyFigures,
)
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.web.shared.enterprise_words import (
    Badge,
    EnterpriseWords,
    certificate_badge,
    place_of,
    status_badges,
    tag_texts,
    words,
)
from app.web.shared.tabs import Tab


@dataclass(frozen=True)
class EnterpriseHead:
    """What stands above every page about a firm."""

    enterprise: Enterprise
    url: str
    place: str
    facts: tuple[str, ...]
    badges: tuple[Badge, ...]
    tags: tuple[str, ...]
    tag_rows: tuple[EnterpriseTag, ...]
    tabs: tuple[Tab, ...]
    may_edit: bool
    may_retire: bool
    may_confirm: bool
    may_change_code: bool
    words: EnterpriseWords


_TABS: tuple[tuple[str, str, tuple[type[Any], ...]], ...] = (
    ("", N_("概况"), ()),
    ("figures", N_("年度数据"), (YearlyFigures,)),
    ("properties", N_("知识产权"), (IntellectualProperty,)),
    ("products", N_("产品"), (Product,)),
    ("conversions", N_("成果转化与标准"), (Conversion, StandardParticipation)),
    ("compliance", N_("证书与合规"), (Certificate, ComplianceEvent)),
    ("documents", N_("证据库"), (Document,)),
    ("contacts", N_("联系人"), (Contact,)),
    ("requests", N_("联系与请求"), (FirmRequest,)),
    ("timeline", N_("时间线"), ()),
)
#: The tab where the rows of a table are listed.
TAB_OF = {model.__tablename__: code for code, _label, models in _TABS for model in models}


def open_firm(session: Session, actor: Actor, uscc: str, *, lock: bool = False) -> Enterprise:
    """The firm of an address. Raises `NotFound` when the actor sees no such firm."""
    return queries.get_by_uscc_visible_to(session, actor, uscc, lock=lock)


def editable_firm(session: Session, actor: Actor, uscc: str, *, lock: bool = False) -> Enterprise:
    """Like `open_firm`, for pages that write; a reader does not learn more there than elsewhere."""
    enterprise = open_firm(session, actor, uscc, lock=lock)
    if not can(actor, actions.EDIT, enterprise):
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return enterprise


def head_of(session: Session, actor: Actor, enterprise: Enterprise, now: datetime, tab: str) -> EnterpriseHead:
    """The head with `tab` marked as the present one."""
    known, on, place = words(session), today(now), place_of(session, enterprise)
    tags = queries.list_tags(session, [enterprise.id]).get(enterprise.id, [])
    url = f"/enterprises/{enterprise.uscc}"
    in_use = enterprise.disabled_on is None
    return EnterpriseHead(
        enterprise=enterprise,
        url=url,
        place=place,
        facts=_facts(enterprise, place, known),
        badges=status_badges(enterprise, known) + _certificates(session, enterprise, known, on),
        tags=tag_texts(tags, known, on),
        tag_rows=tuple(tags),
        tabs=_tabs(session, enterprise, url, tab),
        may_edit=in_use and can(actor, actions.EDIT, enterprise),
        may_retire=can(actor, actions.RETIRE, enterprise),
        may_confirm=in_use and not enterprise.uscc_confirmed and can(actor, actions.CONFIRM_CODE, enterprise),
        may_change_code=in_use and can(actor, actions.CHANGE_CODE, enterprise),
        words=known,
    )


def _facts(enterprise: Enterprise, place: str, known: EnterpriseWords) -> tuple[str, ...]:
    """The grey line under the name."""
    field = known.field_label(enterprise.field_code)
    park = known.park_label(enterprise.park_code)
    return tuple(text for text in (enterprise.uscc, place, park, field) if text)


def _certificates(session: Session, enterprise: Enterprise, known: EnterpriseWords, on: date) -> tuple[Badge, ...]:
    valid = queries.list_valid_certificates(session, [enterprise.id], on).get(enterprise.id, [])
    return tuple(certificate_badge(certificate, known, on) for certificate in valid)


def _tabs(session: Session, enterprise: Enterprise, url: str, tab: str) -> tuple[Tab, ...]:
    counts = count_held(session, enterprise.id, [model for _code, _label, models in _TABS for model in models])
    return tuple(
        Tab(
            label=_(label),
            url=f"{url}/{code}" if code else url,
            active=code == tab,
            count=sum(counts[model] for model in models) or None,
        )
        for code, label, models in _TABS
    )
