"""While somebody types a new firm: the firms of the register that it likely is."""

from dataclasses import dataclass

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.duplicates.domain.evidence import WORDS
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.queries import find_likely
from app.enterprises.fields import ENTERPRISE
from app.kit.i18n import _

router = GuardedRouter(door="web", prefix="/enterprises")

_LONGEST = ENTERPRISE["name"].length
_REASONS = 4
_TOLD = 5


@dataclass(frozen=True)
class LikelyLine:
    """A firm that is likely meant, and what agrees and differs."""

    name: str
    uscc: str
    url: str
    reasons: tuple[str, ...]


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
    stated = StatedFirm(0, cut[0], cut[1], representative=cut[2], region_code=region_code[:12], address=cut[3])
    found = find_likely(call.session, [stated], prefix=call.actor.region_prefix) if len(cut[0]) > 1 or cut[1] else [[]]
    lines = tuple(
        LikelyLine(
            each.firm.name,
            each.firm.code,
            f"/enterprises/{each.firm.code}",
            tuple(_(WORDS[reason]) for reason in each.likeness.reasons[:_REASONS]),
        )
        for each in found[0][:_TOLD]
    )
    return call.render("web/enterprises/likely.html", LikelyFirmsPage(lines))
