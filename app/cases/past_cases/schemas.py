"""The input of an application of an earlier year, shared by form and import."""

from app.cases.past_cases.fields import PAST_CASE
from app.enterprises.schemas import PartInput, of_table


@of_table(PAST_CASE)
class PastCaseInput(PartInput):
    """What was applied for in an earlier year, and how that ended."""
