"""`yumiao partner`: set up on the command line, as on the page."""

from pathlib import Path

import pytest
import typer
from click.testing import Result
from gmssl_pyx import sm2_key_generate
from typer.testing import CliRunner

from app.commands.partners import register
from app.exchange.partners.queries import get_partner
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.kit.errors import Invalid
from app.simulator.certificate import VALID_FOR, make_certificate

NEW = ("create", "province", "--name", "省级系统（示例）", "--resources", "enterprises cases")


@pytest.fixture(autouse=True)
def _deployment(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YUMIAO_DATABASE_URL", database.url)
    monkeypatch.setenv("YUMIAO_DATA_DIR", str(tmp_path))


def run(*arguments: str) -> Result:
    command = typer.Typer()
    register(command)
    command.callback()(lambda: None)
    return CliRunner().invoke(command, ["partner", *arguments], catch_exceptions=False)


def done(*arguments: str) -> list[str]:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


@pytest.mark.parametrize(("said", "region"), [((), "429005"), (("--region", "4290"), "4290"), (("--region", ""), "")])
def test_what_leaves_is_of_the_bureaus_own_region_unless_said(
    database: Database, said: tuple[str, ...], region: str
) -> None:
    done(*NEW, "--url", "https://province.example/exchange", *said)
    with read_scope(database) as session:
        assert get_partner(session, "province").region_prefix == region


def test_a_partner_from_beginning_to_end(database: Database, tmp_path: Path) -> None:
    key_id, key = done(*NEW, "--url", "https://province.example/exchange/")
    assert key_id.startswith("key_id: province-")
    assert len(key.removeprefix("key: ")) == 64
    [line] = done("set", "province", "--follows", "--region", "429005")
    assert "https://province.example/exchange\t" in line
    new_id, _key = done("key", "province", "--scheme", "sm2")
    assert new_id != key_id
    pem = tmp_path / "theirs.pem"
    begins_at = utc_now().replace(microsecond=0)
    public, private = sm2_key_generate()
    pem.write_text(make_certificate(private, public, "Province (fictional)", begins_at))
    done("set", "province", "--certificate", str(pem))
    done("disable", "province")
    with read_scope(database) as session:
        found = get_partner(session, "province")
    assert (found.follows, found.region_prefix, found.scheme) == (True, "429005", "sm2")
    assert found.certificate_until == begins_at + VALID_FOR
    assert found.disabled_on is not None
    [listed] = done("list")
    assert listed.startswith("province\t省级系统（示例）\tpush\tprovince/v1\tenterprises cases\t")
    done("disable", "province", "--undo")


def test_what_cannot_be_is_told() -> None:
    refused = run("create", "A partner", "--resources", "enterprises")
    assert refused.exit_code == 2
    assert "code: " in refused.output
    with pytest.raises(Invalid, match="http"):
        run(*NEW, "--url", "ftp://province.example")
