"""The firms that a row may mean which only has a name, as a person chooses among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.enterprises.imports.lists import RowOfRun
from app.enterprises.imports.models import ImportRow
from app.enterprises.imports.proposals.domain import Proposal
from app.enterprises.imports.proposals.known_names import names_kept
from app.enterprises.imports.proposals.service import firms_proposed
from app.enterprises.models import Enterprise
from app.kit.lists.viewer import Viewer
from app.reference.queries import list_region_names
from app.web.shared.duplicate_words import reason_words
from app.web.shared.enterprise_words import Badge, status_badges, words


@dataclass(frozen=True)
class ProposedFirm:
    """One firm that a row may mean: why it fits, and what speaks against it. One that is retired cannot be taken (`usable`)."""

    name: str
    uscc: str
    url: str
    place: str
    representative: str
    percent: int
    likely: bool
    reasons: tuple[tuple[str, ...], tuple[str, ...]]
    badges: tuple[Badge, ...]
    usable: bool


@dataclass(frozen=True)
class ProposedFirms:
    """The firms proposed for the rows of a page, by the rows' ids, and those of the rows whose name is kept for their firm."""

    by_row: Mapping[int, tuple[ProposedFirm, ...]]
    kept: frozenset[int] = frozenset()

    @classmethod
    def of(cls, viewer: Viewer, rows: Sequence[RowOfRun]) -> "ProposedFirms":
        """Of these rows; in a few statements, however many."""
        session = viewer.session
        asked = [row for row, _run, _sheet in rows if row.proposals and not row.decision]
        firms = firms_proposed(session, [each for row in asked for each in row.proposals])
        own = {code: firm for code, firm in firms.items() if firm.region_code.startswith(viewer.actor.region_prefix)}
        places = list_region_names(session, sorted({firm.region_code for firm in own.values()} - {""}))
        taken = [(row, run.region_prefix) for row, run, _sheet in rows if row.target_id and row.note and row.decision]
        found = {row.id: tuple(_lines(viewer, row, own, places)) for row in asked}
        return cls(found, frozenset(names_kept(session, taken)))


def _lines(
    viewer: Viewer, row: ImportRow, firms: Mapping[str, Enterprise], places: Mapping[str, str]
) -> Sequence[ProposedFirm]:
    known = viewer.once(words)
    pairs = ((Proposal.from_json(kept), firms.get(kept["uscc"])) for kept in row.proposals)
    return [
        ProposedFirm(
            name=firm.name,
            uscc=firm.uscc,
            url=f"/enterprises/{firm.uscc}",
            place=places.get(firm.region_code, firm.region_code),
            representative=firm.legal_representative,
            percent=round(each.score * 100),
            likely=each.is_likely,
            reasons=reason_words(each.observed),
            badges=status_badges(firm, known),
            usable=firm.disabled_on is None,
        )
        for each, firm in pairs
        if firm is not None
    ]
