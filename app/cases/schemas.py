"""Inputs of the use cases of casework, shared by forms and JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.cases.supply.schemas import AskCorrections
from app.kit.inputs import StrictInput

Reason = Annotated[str, Field(max_length=500)]
MOST_AT_ONCE = 500
"""Cases opened by one order; more at once nobody could look through before."""


class OpenCase(StrictInput):
    """A firm enters a programme. `officer_id` empty means the officer who opens it; `gone_reason`: why, though the firm is gone."""

    enterprise_id: int
    programme: Annotated[str, Field(max_length=48)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: Annotated[str, Field(max_length=24)] | None = None
    officer_id: int | None = None
    gone_reason: Reason = ""


class OpenCases(StrictInput):
    """Many firms enter a programme, each with a case of its own. `officer_id` empty as above."""

    enterprise_ids: list[int] = Field(min_length=1, max_length=MOST_AT_ONCE)
    programme: Annotated[str, Field(max_length=48)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: Annotated[str, Field(max_length=24)] | None = None
    officer_id: int | None = None


class AssignOfficer(StrictInput):
    """Hand the case to an officer; the reason is told to both."""

    officer_id: int
    version: int
    reason: Reason = ""


class SetRound(StrictInput):
    """Put the case into a round, or (empty) into none."""

    round: Annotated[str, Field(max_length=24)] | None = None
    version: int


class TakeStep(StrictInput):
    """A step of the programme; `on` empty means today, `values` are the fields that the action asks for.

    A step that sends the case back says in `corrections` what is to be corrected; its reason alone counts as one item.
    """

    action: Annotated[str, Field(max_length=40)]
    version: int
    on: date | None = None
    reason: Reason = ""
    values: dict[str, Annotated[str, Field(max_length=4000)]] = {}
    corrections: AskCorrections = AskCorrections()


class TakeBackStep(StrictInput):
    """Take back the last step; a reason is asked for unless it is one's own and fresh."""

    version: int
    reason: Reason = ""


class ApproveStep(StrictInput):
    """Approve a step before it is taken."""

    action: Annotated[str, Field(max_length=40)]
    version: int
    note: Reason = ""


class WithdrawApproval(StrictInput):
    """Take back one's own approval."""

    action: Annotated[str, Field(max_length=40)]
    version: int
    reason: Reason = ""


class CompleteMilestone(StrictInput):
    """A milestone is done; the note says where the evidence is."""

    version: int
    done_on: date
    note: Annotated[str, Field(max_length=1000)] = ""


class ReopenMilestone(StrictInput):
    """A milestone was not done after all."""

    version: int
    reason: Reason = ""


class RescheduleMilestone(StrictInput):
    """A milestone is due on another day."""

    version: int
    due_on: date
    reason: Reason = ""


class ChooseRights(StrictInput):
    """The class II property that is to serve the case: exactly these."""

    version: int
    ip_ids: list[int] = Field(default=[], max_length=500)


class ChangeVersion(StrictInput):
    """Move the case to a newer version of its programme; `stage` where the present one is gone."""

    version: int
    programme_version: Annotated[str, Field(max_length=16)]
    stage: Annotated[str, Field(max_length=40)] = ""
    reason: Annotated[str, Field(max_length=500)]
