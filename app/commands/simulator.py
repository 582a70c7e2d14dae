"""`yumiao simulate-province`: a partner to try the exchange with, in a process and a database of its own."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.exchange.catalogue import SEEDS, partner_definition
from app.exchange.json_schema import record_schema
from app.exchange.signatures import SignatureScheme
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from app.simulator import state
from app.simulator.callback import Destination
from app.simulator.certificate import make_certificate
from app.simulator.faults import Dice, FaultPlan, NotAFaultError, parse
from app.simulator.identity import KeyFaultError, keep_keys, own_pair
from app.simulator.responder import Keys, Responder
from app.simulator.rules import Rules, Schema
from app.simulator.server import create_simulator, make_server
from app.simulator.tables import open_store

DEFAULT_PORT = 8790
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NAME = "省级系统模拟器"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate-province")(simulate_province)


def simulate_province(
    port: Annotated[int, typer.Option(help="port to listen on")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="address to listen on; beyond this machine only with --control-token")] = (
        "127.0.0.1"
    ),
    data: Annotated[Path, typer.Option(help="where its own database lies")] = Path("var/simulator"),
    own: Annotated[bool, typer.Option("--own", help="say how to connect it to this Yumiao, and end")] = False,
    key_id: Annotated[str, typer.Option(help="as `yumiao partner create` printed it; kept for the next start")] = "",
    key: Annotated[str, typer.Option(help="likewise: the shared key, or the SM2 public key, in hex")] = "",
    faults: Annotated[str | None, typer.Option(help="e.g. all=0.3 or drop_after=0.1,delay=0.1,delay_seconds=2")] = None,
    pending: Annotated[float, typer.Option(min=0, max=1, help="share of records put aside first")] = 0.1,
    decide_after: Annotated[float, typer.Option(min=0, help="seconds until they are decided")] = 60,
    callback: Annotated[str, typer.Option(help="tell later receipts here too: Yumiao's address")] = "",
    client: Annotated[str, typer.Option(help="client_id:client_secret for --callback")] = "",
    control_token: Annotated[str, typer.Option(help="asked for by its page and its control API")] = "",
    seed: Annotated[int | None, typer.Option(help="of its dice, to repeat a run")] = None,
) -> None:
    """Run a partner that speaks docs/exchange.md and fails on demand."""
    if own:
        typer.echo(_how_to_connect(f"http://{host}:{port}"))
        return
    if host not in LOOPBACK and not control_token:
        raise typer.BadParameter("--control-token is needed to listen beyond this machine", param_hint="--host")
    plan, destination = _faults(faults), _destination(callback, client)
    data.mkdir(parents=True, exist_ok=True)
    database = open_store(f"sqlite:///{data.resolve() / 'simulator.db'}")
    keys = _keys(database, key_id, key)
    if plan is not None:
        with session_scope(database) as session:
            state.set_faults(session, plan)
    desk = Responder(database, keys, Rules(all_schemas(), pending, timedelta(seconds=decide_after)), Dice(seed))
    typer.echo(f"{NAME} · Province simulator  http://{host}:{port}  key_id: {keys.key_id}")
    if keys.signer.scheme is SignatureScheme.SM2:
        typer.echo(f"certificate: {_write_certificate(database, data)}")
    make_server(create_simulator(desk, destination, control_token), host, port).run()


def _how_to_connect(url: str) -> str:
    """The lines that connect it, in the order in which they are typed."""
    definition = partner_definition()
    resources = " ".join(definition.resources)
    create = f'yumiao partner create {definition.partner} --url {url} --name {NAME} --resources "{resources}"'
    return f"{create}\nyumiao simulate-province --key-id <key_id> --key <key>"


def _keys(database: Database, key_id: str, key: str) -> Keys:
    try:
        with session_scope(database) as session:
            keys = keep_keys(session, key_id, key)
    except KeyFaultError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from None
    if keys is None:
        message = "it has no key yet; `yumiao simulate-province --own` says how to get one"
        raise typer.BadParameter(message, param_hint="--key")
    return keys


def _write_certificate(database: Database, data: Path) -> Path:
    """The certificate of its own pair, for `yumiao partner set CODE --certificate FILE`."""
    path = data.resolve() / "certificate.pem"
    if not path.exists():
        with session_scope(database) as session:
            private, public = own_pair(session)
        path.write_text(make_certificate(private, public, NAME, utc_now()), encoding="ascii")
    return path


def _faults(specification: str | None) -> FaultPlan | None:
    try:
        return None if specification is None else parse(specification)
    except NotAFaultError as error:
        raise typer.BadParameter(str(error), param_hint="--faults") from None


def all_schemas() -> dict[tuple[str, str, str], Schema]:
    """The JSON Schema of every resource of every record definition that we ship."""
    return {
        (path.parent.name, path.stem, resource): record_schema(definition)
        for path in SEEDS.glob("*/*.yaml")
        for resource, definition in partner_definition(path.parent.name, path.stem).resources.items()
    }


def _destination(callback: str, client: str) -> Destination | None:
    client_id, colon, secret = client.partition(":")
    if bool(callback) != bool(colon):
        raise typer.BadParameter("--callback and --client client_id:client_secret go together", param_hint="--callback")
    return Destination(callback, client_id, secret) if callback else None
