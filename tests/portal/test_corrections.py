"""Every correction that can be asked for can be answered: it leads to where the thing itself is corrected, then it is settled."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.supply.models import CorrectionItem
from app.cases.supply.schemas import AskCorrections, CorrectionAsked, Versioned
from app.cases.supply.service.corrections import ask_corrections, settle_correction
from app.doors.casework.answers import FORM_PREFIX
from app.doors.casework.correction_form import ask_groups
from app.kit.actor import Actor
from app.kit.errors import Forbidden
from app.programmes.domain.definition import Programme
from tests.factories.cases import firm, opened
from tests.files.conftest import pdf
from tests.programmes.files import SEEDS
from tests.support.client import Client
from tests.support.forms import form_to, forms_of

Enter = Callable[..., Client]
PROGRAMMES = sorted(folder.name for folder in (SEEDS / "programmes").iterdir() if folder.is_dir())
LONG_AGO, THIS_YEAR = date(2010, 5, 4), date(2021, 2, 3)
#: The programmes that ask for a material of each fiscal year: a firm founded this year owes none of them.
YEARLY = ("high-tech-enterprise", "maker-space", "technical-upgrade-cultivation")


def _handed_in(session: Session, head: Actor, now: datetime, programme: str, founded: date) -> CaseFile:
    """A case that lies with the bureau, of a firm with nothing on file."""
    case = opened(session, head, now, enterprise=firm(session, registered_on=founded), programme=programme).row
    stages = programme_of(session, case).main_path
    case.stage = next(stage.code for stage in stages if stage.turn != "enterprise")
    case.submitted_on = date(2021, 6, 1)
    session.flush()
    return case


def _everything(programme: Programme) -> list[CorrectionAsked]:
    """Whatever the officer's form offers to have corrected."""
    groups = ask_groups(programme)
    names = [line.name.removeprefix("c_") for line in (*groups.materials, *groups.questions)] + ["other-"]
    parts = (name.partition("-") for name in names)
    return [CorrectionAsked(kind=kind, code=code, remark="请更正（示例）") for kind, _dash, code in parts]


def _correct(editor: Client, case: CaseFile, item: CorrectionItem) -> None:
    """Go where the item leads, put there what was asked for, and answer."""
    page = f"/portal/cases/{case.number}/corrections/{item.id}"
    asked = editor.get(page).text
    answer = {name: values[-1] for name, values in form_to(asked, page).fields.items()}
    if item.kind == "other":
        assert "去改正" not in asked
    else:
        _put(editor, item, asked, page)
    assert editor.post(page, data=answer | {"answer": "已按意见改正（示例）"}).status_code == 303


def _put(editor: Client, item: CorrectionItem, asked: str, page: str) -> None:
    fix = asked.partition('">去改正')[0].rpartition('href="')[2]
    where = editor.get(fix.partition("#")[0])
    assert where.status_code == 200, fix
    if item.kind == "material":
        upload = next(form for form in forms_of(where.text) if form.action.endswith("/upload"))
        given = {name: values[-1] for name, values in upload.fields.items()}
        done = editor.post(
            upload.action, data=given, files=[("files", ("更正.pdf", pdf(item.code), "application/pdf"))]
        )
        assert (done.status_code, done.headers.get("location")) == (303, page), fix
    else:
        (form,) = [form for form in forms_of(where.text) if form.action == fix.partition("#")[0]]
        name = f"{FORM_PREFIX}{item.code}"
        assert f'name="{name}"' in where.text and fix.endswith(f"#f-{name}"), fix
        assert where.text.partition(f'name="{name}"')[0].rpartition('<div class="question"')[2].startswith(">")
        assert form.method == "post"


@pytest.mark.parametrize(
    ("programme", "founded"),
    [(code, LONG_AGO) for code in PROGRAMMES] + [(code, THIS_YEAR) for code in YEARLY],
)
def test_every_correction_of_every_programme_can_be_answered(
    session: Session, head: Actor, now: datetime, enter: Enter, programme: str, founded: date
) -> None:
    case = _handed_in(session, head, now, programme, founded)
    command = AskCorrections(items=_everything(programme_of(session, case)))
    items = ask_corrections(session, actor=head, now=now, number=case.number, command=command)
    editor = enter(case)
    for item in items:
        _correct(editor, case, item)
    for item in items:
        row = session.get_one(CorrectionItem, item.id)
        assert row.answered_at is not None
        given = {"number": case.number, "item_id": row.id, "command": Versioned(version=row.version)}
        assert settle_correction(session, actor=head, now=now, **given).settled_on is not None


def test_the_programmes_of_fiscal_years_are_all_named(session: Session, head: Actor, now: datetime) -> None:
    cases = [opened(session, head, now, programme=code).row for code in PROGRAMMES]
    yearly = [
        case.programme_code for case in cases if any(item.years for item in programme_of(session, case).materials)
    ]
    assert tuple(yearly) == YEARLY


def test_what_the_bureau_supplies_is_not_asked_of_the_firm(
    session: Session, filing: CaseFile, head: Actor, now: datetime
) -> None:
    theirs = next(item for item in programme_of(session, filing).materials if item.supplied_by == "bureau")
    command = AskCorrections(items=[CorrectionAsked(kind="material", code=theirs.code, remark="请补正（示例）")])
    with pytest.raises(Forbidden, match="科技局提供"):
        ask_corrections(session, actor=head, now=now, number=filing.number, command=command)
