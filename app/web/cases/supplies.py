"""What lies with one case as its page sees it: the supplies together with the verdicts shown on the same page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from app.cases.domain.supplies import Supplies
from app.cases.models import Milestone
from app.cases.supplies import CaseContents, is_waiting
from app.web.cases.verdict import CaseVerdictCard


def seen_supplies(contents: CaseContents, on: date, verdict: CaseVerdictCard | None) -> Supplies:
    """The supplies of a case with the tallies of the verdict card, so that page and list cannot differ."""
    return replace(contents.supplies(on), verdicts=verdict.tallies if verdict else {}, verdicts_seen=True)


def waiting_ids(milestones: Iterable[Milestone]) -> dict[str, int]:
    """The ids of the milestones that still wait, by code."""
    return {row.code: row.id for row in milestones if is_waiting(row)}
