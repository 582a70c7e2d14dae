"""数据交换 → 数据字典: what each partner receives, field by field, as a page and as a workbook; made of the definition alone."""

from dataclasses import dataclass

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import download_workbook
from app.doors.calls.router import GuardedRouter
from app.exchange.actions import SEE
from app.exchange.catalogue import newest_definitions
from app.exchange.dictionary import HEADINGS, DictionaryPart, dictionary_of
from app.exchange.domain import PartnerDefinition
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/dictionary")

ADDRESS = "/exchange/dictionary"


@dataclass(frozen=True)
class DictionaryPage:
    """The dictionary of one definition."""

    tabs: tuple[ExchangeTab, ...]
    definitions: tuple[ExchangeTab, ...]
    title: str
    note: str
    url: str
    parts: tuple[DictionaryPart, ...]


@router.get("", action=SEE)
def first_page(call: Call) -> Response:
    """The dictionary of the first partner."""
    return _render(call, newest_definitions()[0])


@router.get("/{partner}.xlsx", action=SEE)
def workbook(call: Call, partner: str) -> Response:
    """The same as one table."""
    definition = _definition(partner)
    rows = (line.cells(part.title) for part in dictionary_of(definition) for line in part.lines)
    name = f"{_('数据字典')}-{definition.partner}-{definition.version}"
    return download_workbook(call.request, name, rows, [_(heading) for heading in HEADINGS])


@router.get("/{partner}", action=SEE)
def page_of(call: Call, partner: str) -> Response:
    """The dictionary of one partner's newest version."""
    return _render(call, _definition(partner))


def _definition(partner: str) -> PartnerDefinition:
    for definition in newest_definitions():
        if definition.partner == partner:
            return definition
    raise NotFound("exchange.definition.unknown", _("没有这个对接单位的数据定义。"))


def _render(call: Call, shown: PartnerDefinition) -> Response:
    page = DictionaryPage(
        tabs=exchange_tabs("dictionary"),
        definitions=tuple(
            ExchangeTab(str(each.title), f"{ADDRESS}/{each.partner}", each is shown) for each in newest_definitions()
        ),
        title=str(shown.title),
        note=str(shown.note) if shown.note else "",
        url=f"{ADDRESS}/{shown.partner}.xlsx",
        parts=dictionary_of(shown),
    )
    return call.render("web/exchange/dictionary.html", page)
