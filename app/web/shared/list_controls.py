"""Controls that lists of firms share: where the rows lie, and words to find a firm by."""

from app.doors.lists import controls
from app.doors.lists.controls import Choices
from app.doors.lists.query import ListQuery
from app.enterprises.lists import UNKNOWN_REGION
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.reference.queries import list_region_names
from app.web.shared.enterprise_words import region_choices


def regions(viewer: Viewer, _query: ListQuery) -> Choices:
    """The divisions of a county; none where a list of them would be too long."""
    return region_choices(viewer.session, viewer.actor)


def _region_words(code: str, viewer: Viewer, _query: ListQuery) -> str:
    return _("区域不详") if code == UNKNOWN_REGION else list_region_names(viewer.session, [code]).get(code, code)


REGION = controls.select(
    "region", N_("区域"), regions, words=_region_words, url="/enterprises/suggest/regions", placeholder=N_("全部")
)
FIRM = controls.search("q", N_("名称、拼音或代码"), N_("任意两个字"), maxlength=60)
