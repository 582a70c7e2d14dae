"""The pages of the exchange: registering a partner, handing over, settling what comes back; each for whom it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.models import Enterprise
from app.exchange.decisions.schemas import DecisionReceipt
from app.exchange.handovers.domain import ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.handovers.schemas import RecordReceipt
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.partners.models import Partner, PartnerCall
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit import db
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from tests.factories import partners
from tests.factories.cases import firm, opened
from tests.support import people
from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.house import HOUSE
from tests.support.markup import flat

SignIn = Callable[..., Client]
Officer = Callable[..., Actor]
CountQueries = Callable[[], AbstractContextManager[list[str]]]

PAGES = ("", "/handovers", "/waiting", "/receipts", "/clients")
FORM = {
    "code": "province",
    "name": "省级系统（示例）",
    "definition": "province",
    "definition_version": "v1",
    "region_prefix": "429005",
    "resources": ["enterprises", "cases"],
    "transport": "push",
    "base_url": "http://127.0.0.1:9/exchange",
    "scheme": "sm3-hmac",
}


@pytest.fixture
def partner(session: Session) -> Partner:
    """A partner that takes files, of the county."""
    return partners.partner(session, transport="files", base_url="", region_prefix="429005")


@pytest.fixture
def work(database: db.Database, session: Session, tmp_path: Path, now: datetime) -> Callable[[], None]:
    """Does the background work that waits."""

    def run() -> None:
        db.commit(session)
        Worker(JobContext(database, tmp_path, lambda: now), kinds_of(HOUSE)).run_waiting()
        session.expire_all()

    return run


def signed_in(client: Client, session: Session, who: Actor) -> Client:
    client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
    return client


def row_of(session: Session, model: Any) -> Any:
    return session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


# -- for whom ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_an_office_that_exchanges_nothing_yet_is_told_what_to_do(sign_in: SignIn, page: str) -> None:
    text = sign_in(role="administrator", region="").get(f"/exchange{page}").text
    assert 'class="empty-state"' in text and "aria-current" in text


def test_who_only_reads_finds_no_button(sign_in: SignIn, partner: Partner) -> None:
    leader = sign_in(role="leader")
    overview = leader.get("/exchange").text
    assert partner.name in overview and "新建报送" not in overview and "登记交换对方" not in overview
    assert leader.get("/exchange/handovers/new").status_code == 403
    assert leader.get("/exchange/partners/new").status_code == 403


# -- partners ------------------------------------------------------------------------------------------------------------


def test_a_partner_is_registered_and_its_key_is_shown_once(sign_in: SignIn, session: Session) -> None:
    admin = sign_in(role="administrator", region="")
    made = admin.submit("/exchange/partners/new", FORM)
    row = row_of(session, Partner)
    assert made.status_code == 200 and "共享密钥" in made.text and row.key_id in made.text
    later = admin.get("/exchange/partners/province").text
    assert "共享密钥（十六进制）" not in later and row.key_id in later
    assert "尚未连通" in later


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("base_url", "", "接口推送须填写接口地址"),
        ("base_url", "ftp://x", "http:// 或 https://"),
        ("code", "Province", "格式不正确"),
        ("resources", [], "请至少选择一类"),
    ],
)
def test_a_partner_that_cannot_be_so_is_told_beside_the_field(
    sign_in: SignIn, session: Session, field: str, value: Any, told: str
) -> None:
    answer = sign_in(role="administrator", region="").submit("/exchange/partners/new", FORM | {field: value})
    assert answer.status_code == 422 and told in answer.text
    assert session.scalar(select(Partner.id)) is None


def test_a_partner_is_changed_from_the_state_that_was_seen(sign_in: SignIn, session: Session, partner: Partner) -> None:
    admin = sign_in(role="administrator", region="")
    page = "/exchange/partners/province/edit"
    given = {"name": "省厅（示例）", "resources": ["cases"]}
    assert admin.submit(page, given).status_code == 303
    row = row_of(session, Partner)
    assert (row.name, row.resources) == ("省厅（示例）", ["cases"])
    stale = admin.submit(page, given | {"version": "1"})
    assert stale.status_code == 422 and "刚被他人改动" in stale.text


def test_a_partner_is_switched_off_and_on_gets_another_key_and_refuses_a_wrong_certificate(
    sign_in: SignIn, session: Session, partner: Partner
) -> None:
    admin, page = sign_in(role="administrator", region=""), "/exchange/partners/province"
    assert admin.submit(page, to=f"{page}/disable").status_code == 303
    assert "已停用" in admin.get("/exchange").text
    assert admin.submit(page, to=f"{page}/enable").status_code == 303
    before = partner.key_id
    assert "新密钥" in admin.submit(page, to=f"{page}/key").text
    row = row_of(session, Partner)
    assert row.key_id != before and row.disabled_on is None
    row.scheme = "sm2"
    wrong = admin.submit(page, to=f"{page}/certificate", files={"file": ("a.pem", b"no certificate")}, follow=True)
    assert "flash bad" in wrong.text


def test_trying_a_connection_out_says_in_words_what_came_of_it(sign_in: SignIn, session: Session) -> None:
    partners.partner(session, base_url="http://127.0.0.1:9")
    admin, page = sign_in(role="administrator", region=""), "/exchange/partners/province"
    answer = admin.submit(page, to=f"{page}/test")
    assert "没有连通" in answer.text and "连接不上对方服务器" in answer.text
    assert session.scalar(select(PartnerCall.id)) is None


def test_a_partner_that_is_paused_is_tried_again_at_once(sign_in: SignIn, session: Session) -> None:
    row = partners.partner(session)
    row.failures, row.open_until, row.last_error = 7, utc_now() + timedelta(minutes=9), "timeout"
    admin, page = sign_in(role="administrator", region=""), "/exchange/partners/province"
    assert "暂停推送" in admin.get(page).text
    assert "已恢复推送" in admin.submit(page, to=f"{page}/again", follow=True).text
    made = row_of(session, Partner)
    assert (made.failures, made.open_until) == (0, None)
    assert "没有暂停" in admin.post_form(f"{page}/again", follow_redirects=True).text


def test_calls_are_listed_with_their_answer(sign_in: SignIn, session: Session, now: datetime) -> None:
    row = partners.partner(session)
    common = {"partner_id": row.id, "purpose": "records", "took_ms": 12, "records": 3}
    session.add(PartnerCall(**common, at=now, status=200, answer='{"receipts":[]}'))
    session.add(PartnerCall(**common, at=now, error="timeout"))
    reader = sign_in()
    assert reader.get("/exchange/partners/province").text.count("推送记录") == 2
    failed = reader.get("/exchange/partners/province?failed=1").text
    assert failed.count("推送记录") == 1 and "没有在规定时间内应答" in failed


# -- from the choice to the receipt ----------------------------------------------------------------------------------------


def test_a_hand_over_from_the_pre_flight_to_what_comes_back(
    client: Client, session: Session, actor: Officer, now: datetime, partner: Partner, work: Callable[[], None]
) -> None:
    officer = actor()
    first, second = opened(session, officer, now).row, opened(session, officer, now).row
    first.officer_id = second.officer_id = officer.id
    desk = signed_in(client, session, officer)
    found = desk.get("/exchange/handovers/preflight?partner=province&resource=cases&basis=all")
    assert "已核对" in found.text and "生成批次" in found.text
    assert session.scalar(select(Handover.id)) is None
    started = desk.submit(
        "/exchange/handovers/preflight?partner=province&resource=cases&basis=all", to="/exchange/handovers/new"
    )
    page = started.headers["location"]
    assert "正在生成" in desk.get(page).text
    assert desk.get(f"{page}/progress").status_code == 200
    work()
    batch = desk.get(page)
    assert first.number in batch.text and row_of(session, Handover).checksum in batch.text
    assert desk.submit(page, to=f"{page}/release").status_code == 303
    _answered(session, partner, first, now)
    assert "从业人数不一致" in desk.get(f"{page}?state=rejected").text
    waiting = desk.get("/exchange/waiting").text
    assert first.number in waiting and second.number not in waiting and officer.name in waiting
    assert "报送被退回" in desk.get("/desk/tasks").text
    sent = desk.submit("/exchange/waiting?kind=refused", {"which": "all"}, to="/exchange/waiting/again", follow=True)
    assert "已另起批次" in sent.text and "没有被退回的记录" in sent.text
    assert "报送被退回" not in desk.get("/desk/tasks").text


def _answered(session: Session, partner: Partner, case: CaseFile, now: datetime) -> None:
    """The partner refuses this case; what else it says is about nothing that was sent."""
    item = session.scalars(select(HandoverItem).where(HandoverItem.key == case.number)).one()
    common: dict[str, Any] = {"kind": "record", "outcome": "rejected", "reason": "从业人数不一致"}
    receipts = [
        RecordReceipt(receipt_id="r1", idempotency_key=item.idempotency_key, **common),
        RecordReceipt(receipt_id="r2", idempotency_key="cases/QJ-GQ-1999-0001@1", **common),
    ]
    apply_receipts(session, partner=partner, channel="workbook", receipts=receipts, now=now)


def test_chosen_cases_come_from_their_list_or_are_picked(
    client: Client, session: Session, actor: Officer, now: datetime, partner: Partner
) -> None:
    officer = actor()
    case, other = opened(session, officer, now).row, opened(session, officer, now).row
    desk = signed_in(client, session, officer)
    ticked = desk.post_form("/exchange/handovers/cases", {"case": [case.number], "which": "ticked"})
    assert "已选 1 件" in ticked.text
    form = form_to(ticked.text, "/exchange/handovers/preflight")
    report = desk.post_form("/exchange/handovers/preflight", {name: values[0] for name, values in form.fields.items()})
    assert report.status_code == 200 and f'value="{case.number}"' in report.text
    picked = desk.get(f"/exchange/handovers/new?partner=province&resource=cases&basis=chosen&q={case.number}").text
    assert case.number in picked and other.number not in picked
    assert desk.post_form("/exchange/handovers/cases", {}).headers["location"] == "/cases"
    nothing = desk.post_form("/exchange/handovers/preflight", {"partner": "province", "resource": "cases"})
    assert nothing.headers["location"].startswith("/exchange/handovers/new?")


def test_what_blocks_is_told_with_the_way_to_mend_it_and_exported(
    sign_in: SignIn, session: Session, partner: Partner
) -> None:
    bad = firm(session, region="429005001", uscc_confirmed=False)
    desk, page = sign_in(), "/exchange/handovers/preflight?partner=province&resource=enterprises&basis=all"
    text = desk.get(page).text
    assert "校验不符" in text and f"/enterprises/{bad.uscc}/confirm-code" in text
    export = desk.submit(page, to="/preflight/export")
    assert export.status_code == 200 and export.content[:2] == b"PK"


def test_a_batch_that_was_not_sent_is_taken_back(
    client: Client, session: Session, actor: Officer, now: datetime, partner: Partner, work: Callable[[], None]
) -> None:
    officer = actor()
    opened(session, officer, now)
    desk = signed_in(client, session, officer)
    order = {"partner": "province", "resource": "cases", "basis": "all"}
    page = desk.post_form("/exchange/handovers/new", order).headers["location"]
    work()
    assert "已撤销 1 条" in desk.submit(page, to=f"{page}/cancel", follow=True).text
    again = desk.post_form(f"{page}/cancel", follow_redirects=True)
    assert "flash bad" in again.text and row_of(session, Handover).state == "cancelled"


def test_receipts_without_effect_are_told_apart(
    sign_in: SignIn, session: Session, now: datetime, partner: Partner
) -> None:
    stray = RecordReceipt(receipt_id="r2", kind="record", idempotency_key="cases/X@1", outcome="accepted")
    apply_receipts(session, partner=partner, channel="callback", receipts=[stray], now=now)
    reader = sign_in()
    assert "没有送过这条记录" in reader.get("/exchange/receipts?effect=none").text
    assert "没有符合条件的回执" in reader.get("/exchange/receipts?effect=late").text
    row = row_of(session, Receipt)
    told = reader.get(f"/exchange/receipts/{row.id}").text
    assert "cases/X@1" in told and "请与对方核对编号" in told


def test_a_decision_that_could_not_be_entered_says_why_and_leads_to_its_case(
    sign_in: SignIn, session: Session, actor: Officer, now: datetime, partner: Partner
) -> None:
    number = opened(session, actor(), now).row.number
    given = {"receipt_id": "d1", "kind": "decision", "case": number, "decision": "accepted", "on": today(now)}
    decision = DecisionReceipt.model_validate(given)
    apply_receipts(session, partner=partner, channel="callback", receipts=[decision], now=now)
    row = row_of(session, Receipt)
    assert (row.applied, row.note) == (False, "refused")
    told = sign_in().get(f"/exchange/receipts/{row.id}").text
    assert f'href="/cases/{number}"' in told and "办件现在的阶段不等这项决定" in told


# -- many rows, and whose ---------------------------------------------------------------------------------------------------


@pytest.fixture
def many(session: Session, now: datetime, partner: Partner) -> Callable[[int], None]:
    """`many(n)`: n more records of firms in a batch, refused or given up, each with a receipt, and n batches."""
    serial = iter(range(100_000))

    def make(n: int) -> None:
        numbers = [next(serial) for _index in range(n)]
        some = firm(session, region="429005001")
        common = {
            "partner_id": partner.id,
            "resource": "enterprises",
            "definition_version": "v1",
            "basis": "all",
            "transport": "files",
            "state": "sent",
            "made_by": "王（示例）",
            "made_at": now,
            "released_at": now,
        }
        session.execute(insert(Handover), [common | {"number": f"JH-2021-{each:05d}"} for each in numbers])
        batch = row_of(session, Handover)
        items = [_item(batch, some, each, now) for each in numbers]
        made = session.scalars(insert(HandoverItem).returning(HandoverItem.id, sort_by_parameter_order=True), items)
        session.execute(insert(PartnerRecord), [_record(one, key, now) for one, key in zip(items, made, strict=True)])
        session.execute(insert(Receipt), [_receipt(one, now) for one in items])

    return make


def _item(batch: Handover, some: Enterprise, each: int, now: datetime) -> dict[str, Any]:
    return {
        "handover_id": batch.id,
        "partner_id": batch.partner_id,
        "resource": "enterprises",
        "key": f"{some.uscc}-{each}",
        "label": some.name,
        "enterprise_id": some.id,
        "position": 1,
        "idempotency_key": f"enterprises/{some.uscc}-{each}@1",
        "state": ItemState.REJECTED if each % 2 else ItemState.PARKED,
        "error": "" if each % 2 else "timeout",
        "next_at": now,
        "settled_at": now - timedelta(hours=1),
    }


def _record(item: dict[str, Any], item_id: int, now: datetime) -> dict[str, Any]:
    kept = {name: item[name] for name in ("partner_id", "resource", "key", "enterprise_id")}
    return kept | {"state": RecordStatus.REJECTED, "changed_at": now, "sent_position": 1, "item_id": item_id}


def _receipt(item: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "partner_id": item["partner_id"],
        "receipt_id": item["key"],
        "channel": "answer",
        "kind": "record",
        "subject": item["idempotency_key"],
        "outcome": "rejected",
        "received_at": now,
    }


@pytest.mark.parametrize(
    "page",
    [
        "/exchange",
        "/exchange/handovers",
        "/exchange/handovers/JH-2021-00009",
        "/exchange/waiting?kind=refused",
        "/exchange/waiting?kind=parked",
        "/exchange/receipts",
        "/exchange/partners/province",
    ],
)
def test_a_page_costs_the_same_statements_however_many_rows(
    sign_in: SignIn, many: Callable[[int], None], count_queries: CountQueries, page: str
) -> None:
    reader = sign_in()
    many(60)  # a list of one page is not counted
    reader.get(page)
    with count_queries() as few:
        assert reader.get(page).status_code == 200
    many(940)
    with count_queries() as lots:
        assert reader.get(page).status_code == 200
    assert len(lots) == len(few) <= 16


def test_lists_are_paged_and_filtered_by_their_address(sign_in: SignIn, many: Callable[[int], None]) -> None:
    reader = sign_in()
    many(120)
    first = reader.get("/exchange/handovers?partner=province&state=sent&resource=enterprises")
    assert "共 120 条" in first.text and 'rel="next"' in first.text
    assert "没有符合条件的批次" in reader.get("/exchange/handovers?state=cancelled").text
    assert "没有符合条件的批次" in reader.get("/exchange/handovers?until=2000-01-01").text
    assert reader.get("/exchange/handovers?cursor=nonsense").status_code == 422
    items = reader.get("/exchange/handovers/JH-2021-00119?state=parked").text
    assert "共 60 条" in items and "没有在规定时间内应答" in items


def test_an_officer_of_a_township_sees_the_records_of_its_own_firms(
    sign_in: SignIn, many: Callable[[int], None]
) -> None:
    many(4)
    own, other = sign_in(region="429005001"), "429005102"
    assert "共 2 条" in own.get("/exchange/waiting?kind=parked").text
    stranger = sign_in(region=other)
    assert "没有搁置的记录" in stranger.get("/exchange/waiting?kind=parked").text
    assert "还没有收到回执" in stranger.get("/exchange/receipts").text
    assert "批次中还没有记录" in stranger.get("/exchange/handovers/JH-2021-00003").text


def test_a_batchs_tombstones_are_seen_by_whoever_sees_its_count(
    sign_in: SignIn, session: Session, many: Callable[[int], None], now: datetime
) -> None:
    many(3)
    batch, gone = row_of(session, Handover), "91429005MA00000000"
    values = {
        "partner_id": batch.partner_id,
        "resource": "enterprises",
        "position": 9,
        "state": ItemState.ACCEPTED,
        "next_at": now,
    }
    lying = session.scalars(select(HandoverItem.id).where(HandoverItem.handover_id == batch.id)).all()
    session.add(HandoverItem(**values, handover_id=batch.id, key=gone, idempotency_key="gone@9", retired=True))
    batch.count = len(lying) + 1
    page, number = f"/exchange/handovers/{batch.number}", len(lying) + 1
    county = flat(sign_in().get(page).text)
    assert gone in county and f"共 {number} 条" in county and f"<dd>{number}</dd>" in county
    township = flat(sign_in(region="429005001").get(page).text)
    assert gone not in township and f"共 {number - 1} 条" in township and f"<dd>{number - 1}</dd>" in township


def test_who_has_only_a_part_of_the_partners_region_is_not_told_of_the_rest(
    sign_in: SignIn, session: Session, now: datetime, partner: Partner
) -> None:
    key, note = "91429005MA00000000", {"partner_id": partner.id, "took_ms": 1, "purpose": "records", "at": now}
    partner.transport = "push"
    session.add(PartnerCall(**note, status=200, answer=f"enterprises/{key}@5"))
    values = {"partner_id": partner.id, "resource": "enterprises", "state": RecordStatus.CHANGED, "changed_at": now}
    session.add_all(PartnerRecord(**values, key=f"{n}", changed_position=n) for n in range(7))
    of_the_whole = sign_in()
    assert f"{key}@5" in of_the_whole.get("/exchange/partners/province").text
    assert "有变化未报 7" in of_the_whole.get("/exchange").text
    own = sign_in(region="429005001")
    assert key not in own.get("/exchange/partners/province").text
    overview = own.get("/exchange").text
    assert (
        partner.name in overview
        and "新建报送" not in overview
        and "有变化未报 7" not in overview
        and ">7<" not in overview
    )
    assert partner.name not in own.get("/exchange/handovers/new").text
    about = {"partner": "province", "resource": "enterprises", "basis": "all", "key": [key]}
    assert own.get("/exchange/handovers/preflight", params=about).status_code == 403
    assert own.post_form("/exchange/handovers/preflight", about).status_code == 403
    assert own.post_form("/exchange/handovers/preflight/export", about).status_code == 403
