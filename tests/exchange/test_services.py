"""What the slices journal is enough: after real use cases, the feed from its beginning tells the lists' state."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.build import build_demo
from app.enterprises.fields import WRITTEN
from app.enterprises.models import Enterprise
from app.enterprises.schemas import EnterpriseEdit, NewCode, ReasonInput
from app.enterprises.service.editing import change_code, edit
from app.enterprises.service.retiring import restore, retire
from app.kit import db
from app.kit.actor import Actor
from tests.counts import Counts
from tests.exchange.test_feed import Follower, listed
from tests.factories.cases import led_to
from tests.factories.commissioners import agreement, expert
from tests.factories.enterprises import fictional_code, firm

MakeActor = Callable[..., Actor]
WATCHERS = ("", "42", "429005", "429005001", "429005102")


def differences(session: Session, follower: Follower) -> set[tuple[str, str]]:
    """Keys under which a follower holds something else than the lists say."""
    state = listed(session, follower.prefix)
    return {key for key in state.keys() | follower.state.keys() if state.get(key) != follower.state.get(key)}


def test_the_feed_from_its_beginning_is_the_demo(
    database: db.Database, session: Session, now: datetime, counts: Counts
) -> None:
    build_demo(database, enterprises=counts.demo_firms, now=now)
    for prefix in ("", "429099"):
        follower = Follower(prefix, {}, 0)
        follower.follow(session, 500)
        assert differences(session, follower) == set(), prefix


def edited(session: Session, actor: Actor, enterprise: Enterprise, now: datetime, **values: object) -> None:
    standing = {name: getattr(enterprise, name) for name in WRITTEN if name in EnterpriseEdit.model_fields}
    given = EnterpriseEdit.model_validate(standing | {"version": enterprise.version} | values)
    edit(session, actor=actor, enterprise=enterprise, given=given, now=now)


def test_followers_of_every_region_keep_up_with_the_use_cases(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head", region="")
    followers = [Follower(prefix, {}, 0) for prefix in WATCHERS]

    def all_agree(step: str) -> None:
        for follower in followers:
            follower.follow(session, 7)
            assert differences(session, follower) == set(), (step, follower.prefix)

    own = firm(session, region_code="429005001")
    case = led_to(session, head, now, "review", enterprise=own)
    who = expert(session, head, now)
    contract = agreement(session, head, now, who, own)
    all_agree("on file")
    edited(session, head, own, now, region_code="429005102")
    all_agree("moved")
    change_code(session, actor=head, enterprise=own, given=NewCode(uscc=fictional_code(999_999)), now=now)
    all_agree("new code")
    edited(session, head, own, now, name="周矶新名（示例）", region_code="429005001")
    all_agree("moved back with a new name")
    led_to(session, head, now, "certified", enterprise=firm(session, region_code="429005001"))
    all_agree("certified")
    other = firm(session, region_code="429005001")
    retire(session, actor=head, enterprise=other, given=ReasonInput(reason="注销"), now=now)
    all_agree("retired")
    restore(session, actor=head, enterprise=other, now=now + timedelta(days=1))
    all_agree("restored")
    assert case.number and contract.id and session.scalars(select(Enterprise)).all()
