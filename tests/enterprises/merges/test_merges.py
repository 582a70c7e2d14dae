"""Two firms become one and two again: what resolves, what partners are told, what is refused, what stands in the way of an undo."""

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile, Milestone
from app.cases.schemas import OpenCase
from app.cases.service.opening import open_case
from app.enterprises.lists import search_visible_to
from app.enterprises.merges.domain import Side
from app.enterprises.merges.queries import list_merged_into
from app.enterprises.merges.undo import find_collided, undo_merge
from app.enterprises.models import Contact, Enterprise, YearlyFigures
from app.enterprises.queries import get_by_uscc_visible_to
from app.enterprises.schemas import NewCode, NewEnterprise
from app.enterprises.service.editing import change_code, change_fields
from app.enterprises.service.registering import register
from app.enterprises.service.retiring import restore
from app.exchange.feed import FeedReader, read_feed
from app.exchange.plans import province_plans
from app.journal.queries import head_position, timeline
from app.kit.actor import SYSTEM
from app.kit.db import commit
from app.kit.errors import Conflict, Forbidden, NotFound
from tests.factories.enterprises import NOW, fictional_code, firm
from tests.support.merges import World, merged, named_by
from tests.support.people import officer


def found(session: Session, text: str) -> list[int]:
    return [each.id for each in search_visible_to(session, SYSTEM, text)]


def fed(session: Session, after: int, prefix: str = "") -> dict[tuple[str, str], tuple[bool, str]]:
    """What followers are told since: by resource and key whether it is there, and for a firm that went into which."""
    commit(session)
    page = read_feed(session, province_plans(), FeedReader(prefix), after=after, limit=1000)
    return {(each.plan.resource, each.key): (each.record is not None, each.successor) for each in page.items}


def test_what_the_other_bore_leads_to_the_one_that_stays_and_partners_are_told(session: Session) -> None:
    world, chance = World(session), random.Random(5)
    mine, other = world.firm(chance, cases=False), world.firm(chance, full=True)
    code, name = other.uscc, other.name
    case = session.scalars(select(CaseFile).where(CaseFile.enterprise_id == other.id)).one()
    session.add(Milestone(case_id=case.id, code="sign", title_zh="签", title_en="Sign"))
    commit(session)
    started = head_position(session)
    before = fed(session, 0)
    done = merged(session, mine, other)
    assert get_by_uscc_visible_to(session, SYSTEM, code).id == mine.id
    assert found(session, code) == found(session, name.removesuffix("（示例）")) == [mine.id]
    with pytest.raises(Conflict) as refused:
        register(
            session, actor=SYSTEM, given=NewEnterprise(name="新的企业", uscc=code, region_code="429005001"), now=NOW
        )
    assert refused.value.code == "enterprise.uscc.taken"
    told = fed(session, started)
    assert told["enterprises", code] == (False, mine.uscc) and told["enterprises", mine.uscc][0]
    keyed = [(resource, key) for resource, key in before if key.startswith(f"{code}:")]
    assert {resource for resource, _key in keyed} >= {"figures", "properties", "past_cases"}
    assert all(told[each] == (False, "") for each in keyed)
    assert case.enterprise_id == mine.id and told["cases", case.number][0]
    assert told["milestones", f"{case.number}:sign:1"][0]
    assert {"incentives", "agreements", "verdicts", "commissioners"} <= {resource for resource, _key in told}
    (part,) = list_merged_into(session, mine.id)
    events = timeline(session, enterprise_id=mine.id, also=(part.firm_id,), limit=500)
    assert {"enterprise.merged", "enterprise.merged_away"} <= {event.type for event in events}
    assert {other.id, mine.id} == {event.enterprise_id for event in events}
    position = head_position(session)
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    again = fed(session, position)
    assert again["enterprises", code][0] and all(again[key][0] for key in told if key[1].startswith(code))
    assert get_by_uscc_visible_to(session, SYSTEM, code).id == other.id and found(session, code) == [other.id]


def test_a_township_is_told_what_left_it_for_another(session: Session) -> None:
    mine, other = firm(session, region_code="429005002"), firm(session, region_code="429005001")
    session.add(YearlyFigures(enterprise_id=other.id, year=2020, basis="HTE", source="firm", updated_at=NOW))
    commit(session)
    started = head_position(session)
    merged(session, mine, other)
    told = fed(session, started, "429005001")
    assert told == {
        ("enterprises", other.uscc): (False, mine.uscc),
        ("figures", f"{other.uscc}:2020:HTE:firm"): (False, ""),
    }


def test_codes_and_names_can_be_chosen_from_the_other(session: Session) -> None:
    mine, other = firm(session, address="甲路"), firm(session, address="乙路")
    codes, names = (mine.uscc, other.uscc), (mine.name, other.name)
    fields = {"uscc": Side.OTHER, "name": Side.OTHER, "address": Side.OTHER}
    done = merged(session, mine, other, fields=fields)
    assert (mine.uscc, mine.name, mine.address) == (codes[1], names[1], "乙路") and "address" in mine.edited_fields
    for code in codes:
        assert get_by_uscc_visible_to(session, SYSTEM, code).id == mine.id
    assert found(session, names[0].removesuffix("（示例）")) == [mine.id]
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    assert (mine.uscc, other.uscc, mine.name, mine.edited_fields) == (*codes, names[0], {})


def test_a_code_that_a_merged_firm_bore_has_one_answer(session: Session) -> None:
    mine, other, third = firm(session), firm(session), firm(session)
    bore, later = fictional_code(77_001), fictional_code(77_002)
    codes = (mine.uscc, other.uscc)
    _rename(session, other, bore)
    _rename(session, other, codes[1])
    done = merged(session, mine, other, fields={})
    for code, who in ((codes[1], mine), (codes[1], third)):
        with pytest.raises(Conflict) as refused:
            _rename(session, who, code)
        assert refused.value.code == ("enterprise.uscc.merged" if who is mine else "enterprise.uscc.taken")
        assert {mine.name, other.name} <= set(re.findall("“(.+?)”", refused.value.message)), refused.value.message
        assert ("撤销合并" in refused.value.message) is (who is mine)
    given = NewEnterprise(name="新的企业", uscc=codes[1], region_code="429005001")
    with pytest.raises(Conflict, match="已并入"):
        register(session, actor=SYSTEM, given=given, now=NOW)
    _rename(session, mine, bore)  # what the other bore before it was merged is the firm's own by now
    assert {get_by_uscc_visible_to(session, SYSTEM, code).id for code in (*codes, bore)} == {mine.id}
    with pytest.raises(Conflict, match="曾用代码此后已被移除"):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id, accept=True)
    resolved = {code: get_by_uscc_visible_to(session, SYSTEM, code).id for code in (*codes, bore)}
    assert resolved == {codes[0]: mine.id, codes[1]: other.id, bore: mine.id}
    _rename(session, mine, codes[0])
    done = merged(session, mine, other, fields={"uscc": Side.OTHER})
    with pytest.raises(Conflict, match="撤销合并"):
        _rename(session, mine, codes[0])
    _rename(session, mine, later)
    with pytest.raises(Conflict, match="信用代码"):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id, accept=True)
    _rename(session, mine, codes[1])
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    assert [get_by_uscc_visible_to(session, SYSTEM, code).id for code in codes] == [mine.id, other.id]


def _rename(session: Session, enterprise: Enterprise, code: str) -> None:
    change_code(session, actor=SYSTEM, enterprise=enterprise, given=NewCode(uscc=code), now=NOW)


def test_chains_lead_on_and_rings_are_refused(session: Session) -> None:
    a, b, c = (firm(session) for _ in range(3))
    with pytest.raises(Conflict, match="它自己"):
        merged(session, a, a)
    first, code = merged(session, b, a), a.uscc
    second = merged(session, c, b)
    assert get_by_uscc_visible_to(session, SYSTEM, code).id == c.id == a.merged_into_id
    assert {each.firm_id for each in list_merged_into(session, c.id)} == {a.id, b.id}
    for pair in ((a, c), (c, a), (b, c)):
        with pytest.raises(Conflict) as refused:
            merged(session, *pair)
        assert refused.value.code == "merge.merged"
    with pytest.raises(Conflict, match="先撤销"):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=first.id, accept=True)
    with pytest.raises(Conflict, match="撤销合并"):
        restore(session, actor=SYSTEM, enterprise=b, now=NOW)
    for done in (second, first):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    assert all(get_by_uscc_visible_to(session, SYSTEM, each.uscc).id == each.id for each in (a, b, c))
    with pytest.raises(Conflict, match="已经撤销"):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=first.id)


def test_who_may_not_and_who_comes_too_late(session: Session) -> None:
    mine, other = firm(session, region_code="429005001"), firm(session, region_code="421003001")
    clerk = officer(session, region="429005")
    with pytest.raises(NotFound):
        merged(session, mine, other, clerk)
    with pytest.raises(Forbidden):
        merged(session, mine, firm(session), officer(session, role="leader"))
    third = firm(session)
    with pytest.raises(Conflict) as refused:
        merged(session, mine, third, clerk, seen="0")
    assert refused.value.code == "merge.stale"
    change_fields(session, actor=SYSTEM, enterprise=third, values={"disabled_reason": ""}, now=NOW)
    third.disabled_on = NOW.date()
    with pytest.raises(Conflict) as refused:
        merged(session, mine, third, clerk)
    assert refused.value.code == "merge.retired"


@pytest.mark.parametrize("stays", list(Side))
def test_of_two_open_cases_one_goes_on_and_the_other_is_withdrawn(session: Session, stays: Side) -> None:
    actor = officer(session, role="section_head")
    mine, other = firm(session), firm(session)
    cases = [
        open_case(session, actor=actor, now=NOW, command=OpenCase(enterprise_id=each.id, programme="high-tech-enterprise", year=2021)).row
        for each in (mine, other)
    ]  # fmt: skip
    done = merged(session, mine, other, actor, rows={f"case_file:{cases[1].id}": stays})
    on, ended = cases if stays is Side.MINE else cases[::-1]
    assert (on.state, ended.state) == ("open", "withdrawn") and on.enterprise_id == ended.enterprise_id == mine.id
    undo_merge(session, actor=actor, now=NOW, merge_id=done.id)
    assert [(case.state, case.enterprise_id, case.stage) for case in cases] == [
        ("open", each.id, "pool") for each in (mine, other)
    ]


def test_what_changed_since_is_named_and_stays(session: Session) -> None:
    mine, other = firm(session, website=""), firm(session, website="https://b.example")
    phone = Contact(enterprise_id=other.id, name="郭（示例）")
    gone = Contact(enterprise_id=other.id, name="方（示例）")
    session.add_all([phone, gone])
    session.flush()
    done = merged(session, mine, other, fields={"website": Side.OTHER})
    change_fields(session, actor=SYSTEM, enterprise=mine, values={"website": "https://c.example"}, now=NOW)
    phone.phone = "13800000000"
    session.delete(gone)
    session.add(Contact(enterprise_id=mine.id, name="新（示例）"))
    session.flush()
    assert len(found_since := find_collided(session, done)) == 2, found_since
    with pytest.raises(Conflict, match="网址"):
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id, accept=True)
    assert mine.website == "https://c.example" and other.website == "https://b.example"
    assert phone.enterprise_id == other.id and phone.phone == "13800000000"
    assert named_by(session, mine.id)["contact.enterprise_id"] == 1


def test_a_row_whose_number_was_given_again_returns_under_another(session: Session) -> None:
    mine, other = firm(session), firm(session)
    for each in (mine, other):
        session.add(
            YearlyFigures(
                enterprise_id=each.id, year=2020, basis="HTE", source="firm", sales_revenue_fen=each.id, updated_at=NOW
            )
        )
        session.flush()
    done = merged(session, mine, other)
    session.add(YearlyFigures(enterprise_id=mine.id, year=2021, basis="HTE", source="firm", updated_at=NOW))
    session.flush()
    undo_merge(session, actor=SYSTEM, now=NOW, merge_id=done.id)
    rows = session.execute(
        select(YearlyFigures.enterprise_id, YearlyFigures.year, YearlyFigures.sales_revenue_fen)
    ).all()
    assert sorted(rows) == [(mine.id, 2020, mine.id), (mine.id, 2021, None), (other.id, 2020, other.id)]


def test_the_number_of_statements_does_not_grow_with_what_moves(
    session: Session, count_queries: Callable[..., object]
) -> None:
    """Pinned: with thirty and with ninety contacts, figures and agreements the same."""
    numbers = []
    for size in (30, 90):
        mine, other = firm(session), firm(session)
        session.add_all(Contact(enterprise_id=other.id, name=f"{n}（示例）") for n in range(size))
        session.add_all(
            YearlyFigures(enterprise_id=other.id, year=1950 + n, basis="HTE", source="firm", updated_at=NOW)
            for n in range(size)
        )
        session.flush()
        with count_queries() as merging:
            done = merged(session, mine, other)
        with count_queries() as parting:
            undo_merge(session, actor=SYSTEM, now=NOW + timedelta(days=2), merge_id=done.id)
        numbers.append((len(merging), len(parting)))
    assert numbers[0] == numbers[1], numbers
