"""Input of a merge, as page and JSON give it."""

from pydantic import Field

from app.enterprises.merges.domain import Side
from app.kit.inputs import StrictInput


class MergeFirms(StrictInput):
    """Which firm goes into which; whose content stands by group of fields, and which of two rows that are one thing.

    `rows` are named as the page lists them; what is left out is decided as suggested. `seen` tells whether the two are still what was looked at.
    """

    survivor_id: int
    loser_id: int
    fields: dict[str, Side] = {}
    rows: dict[str, Side] = Field(default={}, max_length=5_000)
    seen: str = Field(max_length=80)
