"""What a programme leaves to the bureau: set from a day on by a document, kept, journalled, left alone by `yumiao seed`."""

from datetime import date

import pytest
from sqlalchemy import select

from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Forbidden, Invalid, NotFound
from app.programmes.domain.settable import settable
from app.programmes.schemas import ProgrammeSettingInput
from app.programmes.service.settings import set_setting
from app.programmes.settings import list_settings, setting_in_force
from tests.programmes.files import FULL, programme, publish, write

CODE = "trial-run"


@pytest.fixture(autouse=True)
def published(session, tmp_path, now):
    write(tmp_path, text=FULL)
    publish(session, tmp_path, now)


def put(session, who, now, kind="clock", key="handling", value="20", on=date(2021, 6, 1), document="潜科办〔2021〕3号"):
    values = ProgrammeSettingInput(kind=kind, key=key, value=value, effective_on=on, document=document)
    return set_setting(session, actor=who, now=now, code=CODE, values=values)


def test_what_a_file_leaves_open_is_what_may_be_set(tmp_path):
    left = [(item.kind, item.key, item.form) for item in settable(programme(tmp_path / "alone"))]
    assert left == [
        ("clock", "handling", "working-days"),
        ("duty", "quarterly", "days"),
        ("duty", "yearly", "month-day"),
    ]


def test_the_latest_setting_that_has_come_counts(session, actor, now):
    head = actor(role="section_head")
    put(session, head, now, value="20", on=date(2021, 6, 1))
    put(session, head, now, value="15", on=date(2022, 1, 1))
    put(session, head, now, value="18", on=date(2021, 6, 1))
    found = [setting_in_force(session, CODE, "clock", "handling", day) for day in
             (date(2021, 5, 31), date(2021, 6, 1), date(2021, 12, 31), date(2022, 1, 1))]  # fmt: skip
    assert found == [None, "18", "18", "15"]
    assert len(list_settings(session, CODE)) == 3


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [("quarterly", "15", "15"), ("yearly", "5-31", "05-31"), ("yearly", "12-01", "12-01")],
)
def test_duties_take_days_or_a_day_of_the_year(session, actor, now, key, value, kept):
    put(session, actor(role="section_head"), now, kind="duty", key=key, value=value)
    assert setting_in_force(session, CODE, "duty", key, date(2021, 6, 30)) == kept


@pytest.mark.parametrize(
    ("kind", "key", "value", "field"),
    [
        ("clock", "correcting", "20", "key"),
        ("clock", "no-such", "20", "key"),
        ("duty", "handling", "20", "key"),
        ("clock", "handling", "0", "value"),
        ("clock", "handling", "401", "value"),
        ("clock", "handling", "20.5", "value"),
        ("clock", "handling", "二十", "value"),
        ("clock", "handling", "２０", "value"),
        ("duty", "quarterly", "91", "value"),
        ("duty", "yearly", "02-29", "value"),
        ("duty", "yearly", "13-01", "value"),
        ("duty", "yearly", "31", "value"),
    ],
)
def test_refused_settings_name_their_field(session, actor, now, kind, key, value, field):
    with pytest.raises(Invalid) as refused:
        put(session, actor(role="section_head"), now, kind=kind, key=key, value=value)
    assert set(refused.value.fields) == {field}


def test_the_same_again_is_refused_and_another_document_is_not(session, actor, now):
    head = actor(role="section_head")
    put(session, head, now)
    with pytest.raises(Invalid):
        put(session, head, now)
    assert put(session, head, now, document="局长办公会纪要〔2021〕5号").id


def test_only_heads_set_and_only_known_programmes(session, actor, now):
    with pytest.raises(Forbidden):
        put(session, actor(), now)
    values = ProgrammeSettingInput(
        kind="clock", key="handling", value="20", effective_on=date(2021, 6, 1), document="x"
    )
    with pytest.raises(NotFound):
        set_setting(session, actor=actor(role="section_head"), now=now, code="no-such", values=values)


def test_one_event_tells_both_values_and_the_document(session, actor, now):
    head = actor(role="section_head")
    put(session, head, now)
    put(session, head, now, value="15")
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "programme.setting_set")).all()
    first, second = (event.changes["setting"] for event in sorted(events, key=lambda event: event.position))
    assert first == [None, "审查时限：20 个工作日（2021-06-01 起，潜科办〔2021〕3号）"]
    assert second == [first[1], "审查时限：15 个工作日（2021-06-01 起，潜科办〔2021〕3号）"]


def test_seeding_leaves_what_the_bureau_set_alone(session, actor, now, tmp_path):
    put(session, actor(role="section_head"), now)
    later = FULL.replace("working_days: 10", "working_days: 12").replace(
        "version:", 'supersedes: "2021-01-01"\nversion:', 1
    )
    write(tmp_path, version="2021-01-01.r1", text=later)
    publish(session, tmp_path, now)
    assert setting_in_force(session, CODE, "clock", "handling", date(2021, 6, 1)) == "20"
