"""Snapshot + feed = the state, for every region, under random changes; and what a feed page promises."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.enterprises.models import Enterprise
from app.exchange.feed import FeedPage, FeedReader, read_feed
from app.exchange.json_values import Record, dumps
from app.exchange.plans import province_plans
from app.exchange.records import count_records, iterate_records, page_records
from app.exchange.snapshot import Snapshot
from app.journal.queries import head_position
from app.kit import db
from app.kit.errors import Invalid
from tests.counts import Counts
from tests.exchange.world import REGIONS, World

PREFIXES = ("", "429005", "429005001", "42", "421000", "33")
State = dict[tuple[str, str], Record]


@pytest.fixture
def world(session: Session) -> World:
    return World(session).prepare()


def feed(session: Session, prefix: str, after: int = 0, limit: int = 100) -> FeedPage:
    db.commit(session)
    return read_feed(session, province_plans(), FeedReader(prefix), after=after, limit=limit)


def listed(session: Session, prefix: str) -> State:
    """The state as the lists tell it."""
    found: State = {}
    for name, plan in province_plans().items():
        for records in iterate_records(session, plan, prefix):
            for record in records:
                found[name, record[plan.definition.key]] = orjson.loads(dumps(record))
    return found


def taken(database: db.Database, prefix: str) -> tuple[State, int]:
    """The state as the snapshots tell it, and the lowest position among them."""
    found: State = {}
    positions = []
    for name, plan in province_plans().items():
        lines = b"".join(Snapshot(plan, prefix, "").blocks(database)).splitlines()
        for line in lines[:-1]:
            record = orjson.loads(line)
            found[name, record[plan.definition.key]] = record
        positions.append(orjson.loads(lines[-1])["manifest"]["position"])
    return found, min(positions)


class Follower:
    """A consumer that knows nothing but records, keys and tombstones."""

    def __init__(self, prefix: str, state: State, position: int) -> None:
        self.prefix, self.state, self.position = prefix, state, position

    def follow(self, session: Session, limit: int) -> None:
        """Read until nothing is new."""
        while True:
            page = feed(session, self.prefix, self.position, limit)
            for item in page.items:
                key = (item.plan.resource, item.key)
                if item.record is None:
                    self.state.pop(key, None)
                else:
                    self.state[key] = orjson.loads(dumps(item.record))
            if page.next == self.position:
                return
            self.position = page.next


def step(world: World, chance: random.Random) -> None:
    """One random change."""
    if not world.enterprises:
        world.enterprise(chance.choice(REGIONS))
    if not world.commissioners:
        world.commissioner(chance.choice(REGIONS))
    firm, person = chance.choice(world.enterprises), chance.choice(world.commissioners)
    case = chance.choice(world.cases) if world.cases else None
    incentive = chance.choice(world.incentives) if world.incentives else None
    today = world.now.date()
    changes: tuple[Callable[[], object], ...] = (
        lambda: world.enterprise(chance.choice(REGIONS)),
        lambda: world.rename(firm),
        lambda: world.move(firm, chance.choice(REGIONS)),
        lambda: world.move(firm, chance.choice(REGIONS)),
        lambda: world.change_code(firm),
        lambda: world.retire(firm, None if firm.disabled_on else today),
        lambda: world.add_parts(firm),
        lambda: world.case(firm),
        lambda: world.advance(case) if case else None,
        lambda: world.commissioner(chance.choice(REGIONS)),
        lambda: world.agree(person, firm),
        lambda: world.agree(person, firm),
        lambda: world.retire_person(person, None if person.disabled_on else today),
        lambda: world.incentive(firm, chance.choice(("scheme-a", "scheme-b"))),
        lambda: world.pay(incentive) if incentive else None,
        world.noise,
        world.indicator,
        *parts_steps(world, chance, firm, case),
    )
    chance.choice(changes)()


def parts_steps(
    world: World, chance: random.Random, firm: Enterprise, case: CaseFile | None
) -> tuple[Callable[[], object], ...]:
    """Changes of what is a record of its own below a firm, a case or a person, each drawn from what there is."""

    def one_of(rows: Sequence[Any], change: Callable[[Any], object]) -> Callable[[], object]:
        return lambda: change(chance.choice(rows)) if rows else None

    return (
        lambda: world.add_figures(firm, chance.choice((2019, 2020))),
        lambda: world.add_right(firm),
        one_of(world.figures, world.change_figures),
        one_of(world.figures, world.redate_figures),
        one_of(world.figures, world.remove_figures),
        one_of(world.rights, world.renumber_right),
        one_of(world.rights, world.remove_right),
        lambda: world.add_past_case(firm),
        one_of(world.past_cases, world.redate_past_case),
        one_of(world.past_cases, world.move_past_case),
        one_of(world.past_cases, world.remove_past_case),
        one_of(world.milestones, world.do_milestone),
        one_of(world.milestones, world.take_back),
        one_of(world.agreements, world.end_agreement),
        one_of(world.verdicts, world.decide_otherwise),
        lambda: world.date_milestones(case) if case else None,
        lambda: world.approve(case) if case else None,
        lambda: world.verdict(case) if case else None,
    )


def test_a_snapshot_and_the_feed_after_it_are_the_state(
    world: World, session: Session, database: db.Database, counts: Counts
) -> None:
    chance = random.Random(20210630)
    followers: list[Follower] = []
    for number in range(counts.feed_steps):
        for _ in range(chance.randint(1, 3)):
            step(world, chance)
        if number % 10 == 0 and len(followers) < 20:
            db.commit(session)
            prefix = chance.choice(PREFIXES)
            followers.append(Follower(prefix, *taken(database, prefix)))
        for follower in followers:
            if chance.random() < 0.2:
                follower.follow(session, chance.choice((1, 2, 7, 100)))
    for follower in followers:
        follower.follow(session, 50)
        assert follower.state == listed(session, follower.prefix), follower.prefix


def test_list_count_and_snapshot_agree_in_every_region(world: World, session: Session, database: db.Database) -> None:
    chance = random.Random(7)
    for _ in range(120):
        step(world, chance)
    db.commit(session)
    for prefix in PREFIXES:
        state = listed(session, prefix)
        assert taken(database, prefix)[0] == state
        for name, plan in province_plans().items():
            assert count_records(session, plan, prefix) == sum(1 for resource, _key in state if resource == name)


def test_counts_that_are_kept_follow_every_change(
    world: World, session: Session, database: db.Database, counts: Counts
) -> None:
    chance = random.Random(8)
    for _ in range(counts.feed_steps):
        for _change in range(chance.choice((1, 1, 4))):
            step(world, chance)
        db.commit(session)
        with db.read_scope(database) as reading:
            for name, plan in province_plans().items():
                for prefix in ("", "429005001"):
                    assert count_records(reading, plan, prefix) == count_records(session, plan, prefix), name


def test_pages_walk_the_whole_list_once(world: World, session: Session) -> None:
    for _ in range(25):
        world.enterprise()
    plan = province_plans()["enterprises"]
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        page = page_records(session, plan, "429005", after, 7)
        found += [record["uscc"] for record in page.items]
        after = page.last
    assert found == sorted({row.uscc for row in world.enterprises})


def test_a_firm_that_leaves_the_region_leaves_a_tombstone_and_takes_its_cases_along(
    world: World, session: Session
) -> None:
    firm = world.enterprise("429005001")
    case = world.case(firm)
    start = feed(session, "429005").next
    world.move(firm, "421000")
    page = feed(session, "429005", start)
    milestone = f"{case.number}:first:1"
    gone = [(firm.uscc, None), (case.number, None), (milestone, None)]
    assert [(item.key, item.record) for item in page.items] == gone
    assert {item.position for item in page.items} == {page.next}
    assert [item.part for item in page.items] == [0, 1, 2]
    assert [item.key for item in feed(session, "421000", start).items] == [firm.uscc, case.number, milestone]


def test_a_firm_never_seen_leaves_no_trace(world: World, session: Session) -> None:
    start = feed(session, "").next
    firm = world.enterprise("421000")
    world.case(firm)
    world.retire(firm)
    page = feed(session, "429005", start)
    assert page.items == []
    assert page.next == feed(session, "").next


def test_a_new_code_buries_the_old_key(world: World, session: Session) -> None:
    firm = world.enterprise()
    old, start = firm.uscc, feed(session, "").next
    world.change_code(firm)
    items = feed(session, "", start).items
    assert [(item.key, item.record is None) for item in items] == [(old, True), (firm.uscc, False)]


def test_an_earlier_application_is_buried_under_every_key_that_it_bore(world: World, session: Session) -> None:
    firm = world.enterprise()
    rows = [world.add_past_case(firm) for _ in range(2)]
    old, start = firm.uscc, feed(session, "").next
    keys = [f"{old}:high-tech-enterprise:{row.year}:{row.round}" for row in rows]
    assert {row.round for row in rows} == {"", "第二批"}
    world.change_code(firm)
    for row in rows:
        world.remove_past_case(row)
    told = {
        item.key: item.record is None for item in feed(session, "", start).items if item.plan.resource == "past_cases"
    }
    assert told == dict.fromkeys([*keys, *(key.replace(old, firm.uscc) for key in keys)], True)


def test_noise_moves_the_position_but_is_not_fed(world: World, session: Session) -> None:
    start = feed(session, "").next
    world.noise()
    world.noise()
    page = feed(session, "", start)
    assert page.items == []
    assert page.next == start + 2
    assert feed(session, "", page.next) == page


def test_two_triggers_of_one_scheme_are_one_record(world: World, session: Session) -> None:
    firm = world.enterprise()
    first, second = world.incentive(firm), world.incentive(firm)
    world.pay(second)
    session.flush()
    (record,) = page_records(session, province_plans()["incentives"], "", 0, 10).items
    assert (record["id"], record["state"]) == (first.public_id, "paid")
    assert [each["amount"] for each in record["entitlements"]] == [None, "1234.56"]
    assert {item.key for item in feed(session, "").items if item.plan.resource == "incentives"} == {first.public_id}


@pytest.mark.parametrize("after", [-1, 10**9, 2**63 - 1])
def test_a_position_never_given_out_is_refused(world: World, session: Session, after: int) -> None:
    with pytest.raises(Invalid, match="从未给出过"):
        feed(session, "", after)


def test_a_page_holds_no_more_than_its_limit_and_the_walk_is_ordered(world: World, session: Session) -> None:
    position = feed(session, "").next
    for _ in range(30):
        world.rename(world.enterprise())
    seen: list[Any] = []
    while (page := feed(session, "429", position, 7)).next != position:
        assert len(page.items) <= 7
        seen += [item.position for item in page.items]
        position = page.next
    assert seen == sorted(set(seen)) and len(seen) == 60


def test_a_code_given_up_out_of_sight_is_buried_where_the_firm_left(world: World, session: Session) -> None:
    firm = world.enterprise("429005001")
    old, start = firm.uscc, feed(session, "429005").next
    world.move(firm, "421000")
    world.change_code(firm)
    world.move(firm, "429005102")
    follower = Follower("429005", {("enterprises", old): {}}, start)
    follower.follow(session, 100)
    assert set(follower.state) == {("enterprises", firm.uscc)}


def test_a_page_asks_a_bounded_number_of_times_however_many_events(
    world: World, session: Session, count_queries: Callable[[], Any]
) -> None:
    firms = [world.enterprise() for _ in range(10)]
    asked = []
    for events in (10, 1_000):
        db.commit(session)
        start = head_position(session)
        for number in range(events):
            world.add_figures(firms[number % 10])
        db.commit(session)
        with count_queries() as queries:
            page = feed(session, "", start, 1_000)
        asked.append(len(queries))
        assert len(page.items) == min(2 * events, 1_000), "the firm and its figures"
    assert asked == [13, 25]


def test_pages_of_firms_with_much_below_them_are_full_and_miss_nothing(world: World, session: Session) -> None:
    start = feed(session, "").next
    for _ in range(40):
        world.date_milestones(world.case(world.enterprise()))
    whole, walked, position = feed(session, "", start, 1_000), [], start
    while (page := feed(session, "", position, 20)).next != position:
        following = feed(session, "", page.next, 20).items
        of_the_next_event = [item for item in following if item.position == following[0].position]
        assert not following or len(page.items) + len(of_the_next_event) > 20
        walked += page.items
        position = page.next
    assert [(item.position, item.part, item.key) for item in walked] == [
        (item.position, item.part, item.key) for item in whole.items
    ]
