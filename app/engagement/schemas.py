"""Inputs of requests, visits and rounds, shared by forms and JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.engagement.domain.requests import RequestedItem, RequestKind, RequestOutcome
from app.engagement.domain.visits import ContactMethod
from app.kit.inputs import FrozenInput, Required

MOST_AT_ONCE = 1_000
OWN_DEPARTMENT = "science"

Code40 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Code60 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Text200 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text1000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Required200 = Annotated[str, Required, StringConstraints(max_length=200)]
Required1000 = Annotated[str, Required, StringConstraints(max_length=1000)]
Year = Annotated[int, Field(ge=1980, le=2100)]


class AskFirm(FrozenInput):
    """What a firm is asked for, in the name of which department, by when; `reason` where it is on file or was asked recently."""

    department: Code40 = OWN_DEPARTMENT
    kind: RequestKind
    what: Code60 = ""
    title: Text200 = ""
    year: Year | None = None
    case_number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] = ""
    message: Text1000 = ""
    reason: Text1000 = ""
    due_on: date | None = None

    @property
    def wanted(self) -> RequestedItem:
        """What is looked up before the firm is asked."""
        return RequestedItem(self.kind, self.what, self.year, self.title)


class AskFirms(AskFirm):
    """The same, asked of many firms; without a reason those are left out that need one."""

    enterprise_ids: Annotated[list[int], Field(min_length=1, max_length=MOST_AT_ONCE)]


class SettleRequest(FrozenInput):
    """The firm has given what was asked for, or answered in another way."""

    version: int
    outcome: RequestOutcome = RequestOutcome.ANSWERED


class AnswerRequest(FrozenInput):
    """What the firm answers; where documents come with it, words may be spared."""

    version: int
    answer: Text1000 = ""


class WithdrawRequest(FrozenInput):
    """Nothing is wanted any more, and why."""

    version: int
    reason: Required200


class LogVisit(FrozenInput):
    """How and what; the day is today unless given. `answers` is the visit whose promised call-back this is."""

    manner: ContactMethod
    text: Required1000
    happened_on: date | None = None
    people: Text200 = ""
    call_back_on: date | None = None
    case_number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] = ""
    answers: int | None = None


class PlanRound(FrozenInput):
    """A round: what for, who goes, from which working day, how many days and firms a day."""

    title: Annotated[str, Required, StringConstraints(max_length=120)]
    purpose: Text1000 = ""
    officer_id: int | None = None
    starts_on: date
    days: Annotated[int, Field(ge=1, le=60)] = 1
    per_day: Annotated[int, Field(ge=1, le=20)] = 5
    reason: Text1000 = ""


class MoveStop(FrozenInput):
    """A stop one place up (-1) or down (1) in its day, or onto another day."""

    step: Annotated[int, Field(ge=-1, le=1)] = 0
    day: date | None = None


class SkipStop(FrozenInput):
    """Why a firm of the round is not seen."""

    reason: Required200


class SetPeriod(FrozenInput):
    """Within how many months asking again for the same needs a reason, and on what that rests."""

    months: Annotated[int, Field(ge=1, le=60)]
    note: Text200 = ""
