"""What lies with one case as its page sees it: the supplies together with the verdicts shown on the same page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.supplies import Supplies
from app.cases.models import CaseFile, Milestone
from app.cases.supplies import load_supplies
from app.web.cases.verdict import VerdictCard


def seen_supplies(session: Session, case: CaseFile, on: date, verdict: VerdictCard | None) -> Supplies:
    """The supplies of `case` with the tallies of the verdict card, so that page and list cannot differ."""
    supplies = load_supplies(session, [case], on)[case.id]
    return replace(supplies, verdicts=verdict.tallies if verdict else {}, verdicts_seen=True)


def waiting_ids(milestones: Iterable[Milestone]) -> dict[str, int]:
    """The ids of the milestones that still wait, by code."""
    return {row.code: row.id for row in milestones if row.done_on is None and row.lapsed_on is None}
