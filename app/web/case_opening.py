"""Opening a case, and the receipt that alone shows the query code."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import list_officers
from app.cases import actions
from app.cases.schemas import OpenCase
from app.cases.service.opening import open_case
from app.cases.supply.service.renewing import open_renewed
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.enterprises.queries import find_by_uscc_visible_to
from app.kit.actor import Actor, Role
from app.kit.clock import today
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound
from app.programmes.queries import list_rounds, load_catalogue
from app.programmes.wording import round_title
from app.web.case_receipt import receipt_page
from app.web.cases import Choices

router = GuardedRouter(door="web", prefix="/cases")


class NewCaseForm(BaseModel):
    """A case as typed: the firm by its code."""

    uscc: str = Field(min_length=1, max_length=40)
    programme: str = Field(min_length=1, max_length=48)
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: str = Field(default="", max_length=60)
    officer_id: int | None = None
    renews: bool = False


@dataclass(frozen=True)
class NewCasePage:
    """The form that opens a case."""

    form: Bound[NewCaseForm]
    firm: Enterprise | None
    programmes: Choices
    rounds: Choices
    officers: Choices


@router.get("/new", action=actions.OPEN)
def new_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, enterprise: str = "", programme: str = ""
) -> Response:
    """The form that opens a case, for a firm and a programme when the address names them."""
    raw = {"uscc": enterprise, "programme": programme, "year": today(now).year, "officer_id": actor.id, "renews": "1"}
    return render(request, "web/cases/new.html", _new_case_page(session, actor, now, empty(raw)))


@router.post("/new", action=actions.OPEN)
def open_route(request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form) -> Response:
    """Open the case and show its receipt, the only page that ever shows the query code."""
    bound = bind(NewCaseForm, form)
    firm = find_by_uscc_visible_to(session, actor, bound.model.uscc) if bound.model else None
    if bound.model and firm is None:
        bound.errors["uscc"] = [_("没有找到该企业，或它不在您的辖区内。")]
    opened = attempt(
        session,
        bound,
        lambda given: (open_renewed if given.renews else open_case)(
            session, actor=actor, now=now, command=_command(given, firm)
        ),
    )
    if opened is None:
        return render(request, "web/cases/new.html", _new_case_page(session, actor, now, bound), status=422)
    page = receipt_page(session, opened.row, now, query_code=opened.query_code)
    return render(request, "web/cases/receipt.html", page)


def _command(given: NewCaseForm, firm: Enterprise | None) -> OpenCase:
    year, _dot, code = given.round.partition("/")
    return OpenCase(
        enterprise_id=firm.id if firm else 0,
        programme=given.programme,
        year=given.year,
        round=(code if year == str(given.year) else given.round) or None,
        officer_id=given.officer_id,
    )


def _new_case_page(session: Session, actor: Actor, now: Now, form: Bound[NewCaseForm]) -> NewCasePage:
    on = today(now)
    in_force = load_catalogue(session).in_force(on)
    typed = str(form.raw.get("uscc") or "")
    rounds = [row for code in in_force for row in list_rounds(session, code) if row.year >= on.year - 1]
    officers = [officer for officer in list_officers(session) if officer.role != Role.LEADER]
    return NewCasePage(
        form=form,
        firm=find_by_uscc_visible_to(session, actor, typed) if typed else None,
        programmes=tuple((code, str(programme.title)) for code, programme in in_force.items()),
        rounds=tuple(_round_choice(row, in_force) for row in rounds),
        officers=tuple((str(officer.id), officer.name) for officer in officers if officer.disabled_on is None),
    )


def _round_choice(row: ProgrammeRound, in_force: dict[str, Programme]) -> tuple[str, str]:
    return f"{row.year}/{row.code}", f"{in_force[row.programme_code].title} · {round_title(row)}"
