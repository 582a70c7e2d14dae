"""While somebody types a new firm: the firms of the register that it likely is."""

from dataclasses import dataclass

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.queries import find_likely
from app.enterprises.fields import ENTERPRISE
from app.reference.queries import list_region_names
from app.web.shared.duplicate_words import reason_words

router = GuardedRouter(door="web", prefix="/enterprises")

_LONGEST = ENTERPRISE["name"].length
_TOLD = 5


@dataclass(frozen=True)
class LikelyLine:
    """A firm that is likely meant, and what agrees and differs."""

    name: str
    uscc: str
    url: str
    place: str
    agree: tuple[str, ...]
    differ: tuple[str, ...]


@dataclass(frozen=True)
class LikelyFirmsPage:
    """What stands under the form while somebody types."""

    lines: tuple[LikelyLine, ...]


@router.get("/likely", action=actions.CREATE)
def likely_firms(
    call: Call, name: str = "", uscc: str = "", legal_representative: str = "", region_code: str = "", address: str = ""
) -> Response:
    """The firms of the officer's region that are likely the one in the form."""
    cut = [text.replace("\x00", "")[:_LONGEST].strip() for text in (name, uscc, legal_representative, address)]
    region = region_code[:12] or call.actor.region_prefix or call.settings.region
    stated = StatedFirm(0, cut[0], cut[1], representative=cut[2], region_code=region, address=cut[3])
    found = find_likely(call.session, [stated], prefix=call.actor.region_prefix) if len(cut[0]) > 1 or cut[1] else [[]]
    told = found[0][:_TOLD]
    places = list_region_names(call.session, sorted({each.firm.region_code for each in told} - {""}))
    lines = tuple(
        LikelyLine(
            each.firm.name,
            each.firm.code,
            f"/enterprises/{each.firm.code}",
            places.get(each.firm.region_code, ""),
            *reason_words(each.likeness.observed),
        )
        for each in told
    )
    return call.render("web/enterprises/likely.html", LikelyFirmsPage(lines))
