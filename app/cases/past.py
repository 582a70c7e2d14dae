"""How lists of cases are read as of a past day."""

from app.cases.models import CaseFile
from app.journal.past_day import Traced

_ENTRY = """coalesce((SELECT s.{column} FROM case_stage_entry s, past_moment m
WHERE s.case_id = t.id AND (s.at < m.until OR (s.at IS NULL AND s.entered_on <= m.day))
AND (s.taken_back_at IS NULL OR s.taken_back_at >= m.until)
ORDER BY s.ordinal DESC LIMIT 1), t.{own})"""

TRACED = (
    Traced(
        CaseFile,
        kind="case",
        key="t.number",
        fields={
            "state": "state",
            "round": "round",
            "submitted_on": "submitted_on",
            "closed_on": "closed_on",
            "officer_id": "data.from_officer_id",
        },
        derived={
            "stage": _ENTRY.format(column="stage", own="stage"),
            "stage_entered_on": _ENTRY.format(column="entered_on", own="stage_entered_on"),
            "next_due_on": None,
        },
    ),
)
