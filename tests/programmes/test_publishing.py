"""Publishing: idempotent, immutable, and a new programme is a folder, not code."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, SeedError
from app.kit.seeds import SeedReport
from app.programmes.models import ProgrammeRound, ProgrammeVersion
from app.programmes.queries import get_in_force, load_catalogue
from app.programmes.schemas import NewRoundInput, RoundInput
from app.programmes.service.rounds import add_round, set_round
from tests.factories import cases
from tests.programmes.files import SEEDS, SOUND, publish, write


def test_a_second_run_changes_nothing_and_says_so(session, now, tmp_path):
    write(tmp_path)
    assert publish(session, tmp_path, now) == SeedReport(created=1)
    assert publish(session, tmp_path, now) == SeedReport(unchanged=1)
    db.commit(session)
    events = session.scalars(select(JournalEvent.type).where(JournalEvent.subject_id == "trial-run"))
    assert list(events) == ["programme.published"]


def test_a_published_version_never_changes(session, now, tmp_path):
    write(tmp_path)
    publish(session, tmp_path, now)
    write(tmp_path, 试验通道="改名通道")
    with pytest.raises(SeedError, match=r'2021-01-01\.r1\.yaml with supersedes: "2021-01-01"'):
        publish(session, tmp_path, now)


def test_a_correction_is_a_new_version_that_new_cases_begin_under(session, actor, now, tmp_path):
    write(tmp_path)
    publish(session, tmp_path, now)
    before = cases.opened(session, actor(), now, programme="trial-run").row
    corrected = SOUND.replace("version:", 'supersedes: "2021-01-01"\nversion:', 1).replace("en: Finish", "en: Close")
    (tmp_path / "programmes" / "trial-run" / "2021-01-01.r1.yaml").write_text(
        corrected.replace("CODE", "trial-run").replace('version: "2021-01-01"', 'version: "2021-01-01.r1"'),
        encoding="utf-8",
    )
    assert publish(session, tmp_path, now) == SeedReport(created=1, unchanged=1)
    after = cases.opened(session, actor(), now, programme="trial-run").row
    assert (before.programme_version, after.programme_version) == ("2021-01-01", "2021-01-01.r1")


def test_a_new_programme_needs_a_folder_and_no_code(session, actor, now, tmp_path):
    """One folder, `yumiao seed`, and a case is led through it to the end."""
    write(tmp_path)
    publish(session, tmp_path, now)
    who = actor()
    case = cases.opened(session, who, now, programme="trial-run").row
    assert case.number == "QJ-SY-2021-0001"
    assert cases.step(session, who, now, case, "finish").state == "finished"


def test_a_version_applies_from_its_day(session, now, tmp_path):
    write(tmp_path, version="2021-07-01")
    publish(session, tmp_path, now)
    with pytest.raises(NotFound, match="trial-run"):
        get_in_force(session, "trial-run", date(2021, 6, 30))
    assert get_in_force(session, "trial-run", date(2021, 7, 1)).version == "2021-07-01"


def test_the_newest_revision_counts_by_number_not_by_letters(session, now, tmp_path):
    for revision in ("", ".r2", ".r10"):
        version = f"2021-01-01{revision}"
        write(tmp_path, version=version)
    publish(session, tmp_path, now)
    assert get_in_force(session, "trial-run", date(2021, 6, 30)).version == "2021-01-01.r10"
    assert next(p.version for p in load_catalogue(session).versions_of("trial-run")) == "2021-01-01.r10"


def test_the_content_in_the_database_is_the_file(session):
    row = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.code == "high-tech-enterprise")).first()
    from app.programmes.catalogue import digest

    assert digest(row.content) == row.sha256


# -- rounds ------------------------------------------------------------------------------------------------------------


def round_of(session):
    return session.scalars(
        select(ProgrammeRound).where(
            ProgrammeRound.programme_code == "high-tech-enterprise", ProgrammeRound.year == 2021
        )
    ).one()


def set_2021(session, who, now, **values):
    values = {"version": round_of(session).version} | values
    return set_round(
        session,
        actor=who,
        now=now,
        code="high-tech-enterprise",
        year=2021,
        round_code="rolling",
        values=RoundInput(**values),
    )


def test_a_cutoff_set_by_the_bureau_survives_the_next_seed(session, actor, now):
    set_2021(session, actor(role="section_head"), now, province_cutoff_on=date(2021, 10, 29))
    publish(session, SEEDS, now)
    row = round_of(session)
    assert (row.province_cutoff_on, row.origin) == (date(2021, 10, 29), "bureau")


def test_setting_a_round_writes_one_event_with_both_values(session, actor, now):
    set_2021(session, actor(role="section_head"), now, bureau_cutoff_on=date(2021, 10, 8))
    db.commit(session)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "programme.round_set")).one()
    assert event.changes == {"bureau_cutoff_on": [None, "2021-10-08"]}


@pytest.mark.parametrize(
    ("values", "error", "code"),
    [
        ({"version": 9}, Conflict, "programme.round.stale"),
        ({}, Invalid, "programme.round.unchanged"),
        (
            {"bureau_cutoff_on": date(2021, 11, 1), "province_cutoff_on": date(2021, 10, 1)},
            Invalid,
            "programme.round.order",
        ),
    ],
)
def test_refused_rounds(session, actor, now, values, error, code):
    with pytest.raises(error) as caught:
        set_2021(session, actor(role="section_head"), now, **values)
    assert caught.value.code == code


def test_a_caseworker_does_not_set_cutoffs(session, actor, now):
    with pytest.raises(Forbidden):
        set_2021(session, actor(), now, bureau_cutoff_on=date(2021, 10, 8))


def test_the_bureau_adds_a_round_once(session, actor, now):
    head = actor(role="section_head")
    values = NewRoundInput(year=2021, code="batch-2", title_zh="2021 年第二批")
    add_round(session, actor=head, now=now, code="high-tech-enterprise", values=values)
    with pytest.raises(Conflict):
        add_round(session, actor=head, now=now, code="high-tech-enterprise", values=values)
    with pytest.raises(NotFound):
        add_round(session, actor=head, now=now, code="no-such", values=values)


def test_seeding_at_any_instant_is_the_same(session, tmp_path):
    write(tmp_path)
    publish(session, tmp_path, datetime(2020, 1, 1, tzinfo=UTC))
    assert publish(session, tmp_path, datetime(2030, 1, 1, tzinfo=UTC)) == SeedReport(unchanged=1)


def test_a_required_verdict_bars_the_step_until_it_is_met(session, actor, now, tmp_path):
    """`require` insists: what is not known is not met, and the refusal says so."""
    (tmp_path / "policies" / "high-tech-enterprise").mkdir(parents=True)
    write(tmp_path, **{"policies: []": "policies: [high-tech-enterprise]"})
    path = tmp_path / "programmes" / "trial-run" / "2021-01-01.yaml"
    guard = "    needs: {verdict: {policy: high-tech-enterprise, mode: require}}\n"
    path.write_text(path.read_text(encoding="utf-8") + guard, encoding="utf-8")
    publish(session, tmp_path, now)
    who = actor()
    case = cases.opened(session, who, now, programme="trial-run").row
    with pytest.raises(Conflict) as refused:
        cases.step(session, who, now, case, "finish")
    assert refused.value.code == "case.verdict.not_met"
    assert case.stage == "work"
