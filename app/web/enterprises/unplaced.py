"""所在区域不明: firms that no officer of a region sees, with a quick way to say where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises import actions
from app.enterprises.lists import ENTERPRISES, UNKNOWN_REGION
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.enterprises.service.editing import place
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.reference.queries import list_regions_within
from app.web.shared.enterprise_words import Choices
from app.web.shared.unplaced_firms import ADDRESS

router = GuardedRouter(door="web", prefix=ADDRESS)
_TOWNSHIPS = 80


def _lines(_viewer: Viewer, rows: Sequence[Enterprise]) -> Sequence[Enterprise]:
    return rows


LIST = ListView(base=ADDRESS, source=ENTERPRISES, lines=_lines, title=N_("所在区域不明"), sort="name")


@dataclass(frozen=True)
class UnplacedFirmsPage:
    """The firms, and the bureau's own region with its townships to choose from."""

    list: Listed[Enterprise, Enterprise]
    regions: Choices
    may_place: bool


@router.get("", action=actions.LIST)
def unplaced_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The firms without a place; empty for whoever works in one region."""
    regions = list_regions_within(call.session, call.settings.region, _TOWNSHIPS)
    page = UnplacedFirmsPage(
        list=LIST.listed(query, call.viewer, region=UNKNOWN_REGION),
        regions=tuple((region.code, region.name) for region in regions),
        may_place=can(call.actor, actions.EDIT),
    )
    return call.render("web/enterprises/unplaced.html", page)


@router.post("/place", action=actions.EDIT)
def place_firms(call: Call) -> Response:
    """Say of the ticked firms where they lie."""

    def step() -> None:
        ticked = [str(code) for code in call.form.getlist("firm")]
        if not ticked:
            raise Invalid("enterprise.none_ticked", _("请先勾选企业。"))
        region = str(call.form.get("region_code") or "")
        for uscc in sorted(set(ticked)):
            firm = get_by_uscc_visible_to(call.session, call.actor, uscc, lock=True)
            place(call.session, **call.by, enterprise=firm, region_code=region)

    return call.act(step, ADDRESS, good=_("所在区域已指定，所在区域的人员从现在起看得到这些企业。"))
