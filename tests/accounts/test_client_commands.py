"""`yumiao client …`: two lines for a new client in every case; limits, rotation and signature keys beside it."""

import pytest
from typer import Typer
from typer.testing import CliRunner

from app.accounts.queries import find_client
from app.accounts.service.clients import signature_key
from app.commands.accounts import register
from app.config import Settings
from app.kit import db


@pytest.fixture
def yumiao(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> "Yumiao":
    for name in ("env", "database_url", "data_dir", "secret_key"):
        monkeypatch.setenv(f"YUMIAO_{name.upper()}", str(getattr(settings, name)))
    return Yumiao()


class Yumiao:
    """The command, over the test's database."""

    def __init__(self) -> None:
        self.app = Typer()
        register(self.app)

    def client(self, *arguments: str) -> dict[str, str]:
        """What `yumiao client …` printed, line by line."""
        ran = CliRunner().invoke(self.app, ["client", *arguments], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return dict(line.split(": ", 1) for line in ran.stdout.splitlines())


def test_a_client_is_made_limited_rotated_and_given_a_key(
    yumiao: Yumiao, database: db.Database, settings: Settings
) -> None:
    made = yumiao.client("create", "--name", "省平台（示例）", "--scope", "export:read")
    assert list(made) == ["client_id", "client_secret"]
    one = made["client_id"]
    key = yumiao.client("sign-key", one)["signature_key"]
    limits = yumiao.client("set", one, "--networks", "10.0.0.0/8", "--rate", "5", "--signed")
    assert limits == {
        "allowed_addresses": "10.0.0.0/8", "rate_per_second": "5", "burst": "", "signed_only": "True",
    }  # fmt: skip
    assert yumiao.client("set", one, "--rate", "0") == limits | {"rate_per_second": ""}
    rotated = yumiao.client("rotate", one, "--days", "2")
    assert list(rotated) == ["client_secret", "former_secret_until"] and rotated["former_secret_until"]
    assert yumiao.client("rotate", one, "--days", "0")["former_secret_until"] == ""
    with db.read_scope(database) as session:
        row = find_client(session, one)
        assert row is not None and signature_key(row, settings.secret) == key.encode()
