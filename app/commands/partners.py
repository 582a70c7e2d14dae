"""`yumiao partner`: with whom we exchange."""

from typing import Annotated, Any

import typer
from pydantic import ValidationError

from app.commands.context import load_settings, open_database
from app.exchange.partners import service
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import get_partner, list_partners
from app.exchange.partners.schemas import NewPartner, PartnerChange
from app.exchange.signatures import SignatureScheme
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import read_scope, session_scope

partners = typer.Typer(no_args_is_help=True, help="partners of the exchange")

Name = Annotated[str | None, typer.Option("--name")]
Definition = Annotated[str | None, typer.Option("--definition", help="folder under seeds/exchange")]
Version = Annotated[str | None, typer.Option("--version", help="version of the definition")]
Way = Annotated[Transport | None, typer.Option("--transport")]
Region = Annotated[
    str | None, typer.Option("--region", help="region prefix; the bureau's unless said; empty is everything")
]
Resources = Annotated[str | None, typer.Option("--resources", help="what is handed over, separated by blanks")]
Follows = Annotated[bool | None, typer.Option("--follows/--no-follows", help="send changes by themselves")]
Url = Annotated[str | None, typer.Option("--url", help="base address of the partner's server")]
Client = Annotated[str | None, typer.Option("--client", help="client_id by which the partner calls back")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(partners, name="partner")


@partners.callback()
def _partners() -> None:
    """Partners of the exchange."""


@partners.command("list")
def list_all() -> None:
    """One line a partner: code, name, transport, definition, what is handed over, address, key, since when disabled."""
    with open_database(load_settings()) as database, read_scope(database) as session:
        for partner in list_partners(session):
            typer.echo(_line(partner))


@partners.command("create")
def create(
    code: str,
    name: Name = None,
    definition: Definition = "province",
    version: Version = "v1",
    transport: Way = Transport.PUSH,
    region: Region = None,
    resources: Resources = None,
    follows: Follows = False,
    url: Url = "",
    client: Client = "",
    scheme: Annotated[SignatureScheme, typer.Option("--scheme")] = SignatureScheme.SM3_HMAC,
) -> None:
    """Create a partner and print its key, which cannot be shown again; for SM2 it is our public key."""
    settings = load_settings()
    region = settings.region if region is None else region
    values = _values(name or code, definition, version, transport, region, resources, follows, url, client)
    given = _read(NewPartner, values | {"code": code, "scheme": scheme})
    with open_database(settings) as database, session_scope(database) as session:
        partner, key = service.create_partner(session, actor=SYSTEM, now=utc_now(), secret=settings.secret, given=given)
        key_id = partner.key_id
    _tell_key(key_id, key)


@partners.command("set")
def change(
    code: str,
    name: Name = None,
    definition: Definition = None,
    version: Version = None,
    transport: Way = None,
    region: Region = None,
    resources: Resources = None,
    follows: Follows = None,
    url: Url = None,
    client: Client = None,
    certificate: Annotated[typer.FileText | None, typer.Option(help="the partner's certificate, PEM")] = None,
) -> None:
    """Change what is said of a partner; what is left out stays."""
    values = _values(name, definition, version, transport, region, resources, follows, url, client)
    now = utc_now()
    with open_database(load_settings()) as database, session_scope(database) as session:
        partner = get_partner(session, code)
        if values:
            given = _read(
                PartnerChange, service.connection_values(session, partner) | values | {"version": partner.version}
            )
            service.change_partner(session, actor=SYSTEM, now=now, partner=partner, given=given)
        if certificate is not None:
            service.keep_certificate(session, actor=SYSTEM, now=now, partner=partner, text=certificate.read())
        line = _line(partner)
    typer.echo(line)


@partners.command("key")
def renew(code: str, scheme: Annotated[SignatureScheme | None, typer.Option("--scheme")] = None) -> None:
    """Make a new key, by another scheme when one is named; the old one stops at once."""
    settings = load_settings()
    with open_database(settings) as database, session_scope(database) as session:
        partner = get_partner(session, code)
        key = service.renew_key(
            session, actor=SYSTEM, now=utc_now(), secret=settings.secret, partner=partner, scheme=scheme
        )
        key_id = partner.key_id
    _tell_key(key_id, key)


@partners.command("disable")
def disable(code: str, undo: Annotated[bool, typer.Option("--undo", help="serve it again")] = False) -> None:
    """Hand nothing over to a partner any more, or serve it again."""
    step = service.enable_partner if undo else service.disable_partner
    with open_database(load_settings()) as database, session_scope(database) as session:
        step(session, actor=SYSTEM, now=utc_now(), partner=get_partner(session, code))


def _tell_key(key_id: str, key: str) -> None:
    typer.echo(f"key_id: {key_id}")
    typer.echo(f"key: {key}")


def _line(partner: Partner) -> str:
    parts = (
        partner.code,
        partner.name,
        partner.transport,
        f"{partner.definition}/{partner.definition_version}",
        " ".join(partner.resources),
        partner.base_url,
        f"{partner.scheme} {partner.key_id}",
        str(partner.disabled_on or ""),
    )
    return "\t".join(parts)


def _values(*given: Any) -> dict[str, Any]:
    """What was said, by the names of the input."""
    names = (
        "name",
        "definition",
        "definition_version",
        "transport",
        "region_prefix",
        "resources",
        "follows",
        "base_url",
        "client_id",
    )
    values = {name: value for name, value in zip(names, given, strict=True) if value is not None}
    if "resources" in values:
        values["resources"] = tuple(values["resources"].split())
    return values


def _read(model: Any, values: dict[str, Any]) -> Any:
    """The input; a value that cannot be is told in one line and ends the command with 2."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for item in error.errors():
            typer.echo(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}", err=True)
        raise typer.Exit(2) from None
