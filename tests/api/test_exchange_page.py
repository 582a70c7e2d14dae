"""The officers' page of what clients read: empty, and after a client has pulled."""

from collections.abc import Callable

from tests.api.conftest import MakeCaller
from tests.exchange.world import World
from tests.support.client import Client

SignIn = Callable[..., Client]


def test_the_page_of_an_office_that_exchanges_nothing_yet(sign_in: SignIn) -> None:
    page = sign_in().get("/exchange/clients")
    assert page.status_code == 200
    assert "还没有接口客户端" in page.text and "还没有导出过全量快照" in page.text


def test_what_clients_have_read_and_taken(sign_in: SignIn, caller: MakeCaller, world: World) -> None:
    one = caller("429005")
    one.get("/api/v1/export/enterprises.ndjson")
    one.get("/api/v1/events?limit=2")
    text = sign_in(role="leader").get("/exchange/clients").text
    assert "省平台（示例）" in text and "落后" in text and "完整" in text


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/exchange/clients").headers["location"].startswith("/sign-in")
