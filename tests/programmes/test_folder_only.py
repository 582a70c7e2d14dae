"""One more programme in the running system: a folder and `yumiao seed`, no code; a case goes its whole way by its buttons."""

import re

import pytest

from app.accounts.service.clients import create_client
from app.composition.seeds import seed_all
from app.kit.actor import SYSTEM
from app.kit.clock import today, utc_now
from app.kit.seeds import SeedReport
from tests.api.conftest import Caller
from tests.factories import cases
from tests.programmes.files import SEEDS, how_to_example, write

CODE = "example-base"
PDF = ("执照.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", "application/pdf")


@pytest.fixture
def seeds(tmp_path):
    """The shipped seeds with one more folder: the example of the how-to page."""
    folder = tmp_path / "seeds"
    (folder / "programmes").mkdir(parents=True)
    for path in [*SEEDS.iterdir(), *(SEEDS / "programmes").iterdir()]:
        if path != SEEDS / "programmes":
            (folder / path.relative_to(SEEDS)).symlink_to(path)
    write(folder, code=CODE, version="2026-01-01", text=how_to_example())
    return folder


def buttons(client, number):
    return set(re.findall(rf'"/cases/{number}/steps/([a-z-]+)"', client.get(f"/cases/{number}").text))


def status(client, number, code):
    return client.submit("/status", {"number": number, "code": code}).text


def press(client, number, step, **values):
    given = {f"v_{name}": value for name, value in values.items()}
    url = f"/cases/{number}/steps/{step}"
    return client.submit(url, given, to=url)


def test_a_folder_and_yumiao_seed_and_a_case_is_led_to_its_end(database, session, sign_in, seeds, new_client):
    assert seed_all(database, seeds, utc_now())["programmes"].created == 1
    assert seed_all(database, seeds, utc_now())["programmes"] == SeedReport(unchanged=_programme_files(seeds))
    firm = cases.firm(session)
    client, stranger = sign_in("section_head"), new_client()

    given = {"year": str(today(utc_now()).year)}
    receipt = client.submit(f"/cases/new?enterprise={firm.uscc}&programme={CODE}", given, to="/cases/new").text
    number = re.search(r"QJ-LZ-\d{4}-\d{4}", receipt).group()
    secret = re.search(r"<output data-secret>([A-Z0-9]{10})</output>", receipt).group(1)
    assert "请填报并准备材料" in status(stranger, number, secret)

    assert "营业执照" in press(client, number, "submit").text
    client.submit(f"/cases/{number}/questions", {"q_leased": "no"}, to=f"/cases/{number}/questions")
    material = f"/cases/{number}/materials/licence"
    client.submit(material, {"valid_until": "2099-12-31"}, to=f"{material}/upload", files={"file": PDF})
    assert buttons(client, number) == {"submit"}
    assert press(client, number, "submit").status_code == 303
    assert "市科技局正在审查" in status(stranger, number, secret)
    assert firm.name in client.get(f"/cases/board?programme={CODE}").text

    assert buttons(client, number) == {"return", "accept"}
    assert press(client, number, "accept", filing_number="一号").status_code == 422
    assert press(client, number, "accept", filing_number="LZ0001").status_code == 303
    assert buttons(client, number) == set()
    assert "年度报告" in client.get(f"/cases/{number}").text
    assert "已备案" in status(stranger, number, secret)

    program, shown = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=utc_now()
    )
    caller = Caller(new_client(), program.client_id, shown)
    caller.token = caller.ask_token().json()["access_token"]
    (record,) = [item for item in caller.get("/api/v1/cases").json()["items"] if item["number"] == number]
    assert (record["programme"], record["state"]) == (CODE, "finished")
    assert "科普基地备案（示例）" in client.get("/programmes").text


def _programme_files(seeds):
    return len(list((seeds / "programmes").glob("*/*.yaml")))
