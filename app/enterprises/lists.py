"""The register as a list: whose firms, what narrows them, in which orders. Page, count, search and export show the same rows."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, defer

from app.enterprises.models import Certificate, Enterprise, EnterpriseTag
from app.enterprises.queries import find_by_uscc_visible_to, gone, valid_on, visible_to
from app.enterprises.search_index import containing, matching
from app.kit.actor import Actor
from app.kit.lists import filters
from app.kit.lists.source import ListSource, both_ways
from app.kit.lists.viewer import Viewer
from app.kit.permissions import within_region
from app.reference.models import Industry

UNKNOWN_REGION = "unknown"
#: What no list shows of a firm, and what is long or has to be unpacked.
WIDE = (Enterprise.business_scope, Enterprise.search_text, Enterprise.edited_fields, Enterprise.unread_cells)


def _region(code: str, _viewer: Viewer) -> ColumnElement[bool]:
    """A township exactly (its index gives the order too), a broader division as a range, `unknown` as none on file."""
    if code == UNKNOWN_REGION:
        return Enterprise.region_code == ""
    return Enterprise.region_code == code if len(code) >= 9 else within_region(Enterprise.region_code, code)


def _field(code: str, _viewer: Viewer) -> ColumnElement[bool]:
    """A second-level field exactly; a first-level one (`20`) with everything below it (`201` …)."""
    return Enterprise.field_code == code if len(code) > 2 else within_region(Enterprise.field_code, code[:1])


def _industry(code: str, _viewer: Viewer) -> ColumnElement[bool]:
    """A section (a letter) with all its divisions, or a numeric code with all that begins with it."""
    if code[:1].isdigit():
        return within_region(Enterprise.industry_code, code)
    return Enterprise.industry_code.in_(select(Industry.code).where(Industry.section == code))


def _tagged(tag: str, _viewer: Viewer) -> ColumnElement[bool]:
    return exists().where(EnterpriseTag.enterprise_id == Enterprise.id, EnterpriseTag.tag == tag)


def _certified(kind: str, viewer: Viewer) -> ColumnElement[bool]:
    """Firms with a certificate of the kind that is valid on the list's day."""
    holds = and_(Certificate.enterprise_id == Enterprise.id, Certificate.kind == kind)
    return exists().where(holds, valid_on(viewer.on))


def _in_status(status: str, _viewer: Viewer) -> ColumnElement[bool]:
    """One state of business; `gone` is all that leave a firm out of lists of candidates."""
    return gone() if status == ANY_GONE else Enterprise.business_status == status


def _retired(retired: bool, _viewer: Viewer) -> ColumnElement[bool]:
    return Enterprise.disabled_on.is_not(None) if retired else Enterprise.disabled_on.is_(None)


ANY_GONE = "gone"


@dataclass(frozen=True)
class EnterpriseFilter:
    """Which firms; what says nothing does not narrow. Retired firms show only when asked for; codes may be broader ones."""

    q: Annotated[str, filters.search(matching, containing)] = ""
    region: Annotated[str, filters.Filter(filters.text, _region)] = ""
    park: Annotated[str, filters.equals(Enterprise.park_code)] = ""
    field: Annotated[str, filters.Filter(filters.text, _field)] = ""
    industry: Annotated[str, filters.Filter(filters.text, _industry)] = ""
    tag: Annotated[str, filters.Filter(filters.text, _tagged)] = ""
    scale: Annotated[str, filters.equals(Enterprise.scale)] = ""
    above_scale: Annotated[bool | None, filters.Filter(filters.yes_or_no, filters.equal(Enterprise.above_scale))] = None
    certificate: Annotated[str, filters.Filter(filters.text, _certified)] = ""
    unconfirmed: Annotated[bool, filters.flag(lambda _viewer: Enterprise.uscc_confirmed.is_(False))] = False
    status: Annotated[str, filters.Filter(filters.text, _in_status)] = ""
    retired: Annotated[bool, filters.Filter(filters.ticked, _retired, always=True)] = False


ENTERPRISES: ListSource[Enterprise, EnterpriseFilter] = ListSource(
    kind=EnterpriseFilter,
    visible=lambda viewer: select(Enterprise).where(visible_to(viewer.actor)),
    id=Enterprise.id,
    orders=both_ways("name", Enterprise.name_pinyin, Enterprise.id)
    | both_ways("registered", Enterprise.registered_key, Enterprise.id)
    | both_ways("updated", Enterprise.updated_at, Enterprise.id)
    | both_ways("capital", Enterprise.capital_key, Enterprise.id),
    options=tuple(defer(column, raiseload=True) for column in WIDE),
)


def search_visible_to(session: Session, actor: Actor, query: str, limit: int = 8) -> list[Enterprise]:
    """The first firms that contain every word of `query`, by name; for pickers and the search box."""
    viewer = Viewer(session, actor, date.max)  # words are found on any day
    return ENTERPRISES.page(viewer, EnterpriseFilter(q=query), limit=limit).items if query.strip() else []


def firm(column: object) -> filters.Filter:
    """Rows of the firm that bears, or bore, a code; of no firm when the viewer sees none of that code."""
    return filters.Filter(firm_id_of, filters.equal(column))


def firm_id_of(code: str, viewer: Viewer) -> int | None:
    """The firm of that code: None without a code, 0 (no firm) when the viewer sees none."""
    if not code:
        return None
    found = find_by_uscc_visible_to(viewer.session, viewer.actor, code)
    return found.id if found is not None else 0
