"""What an administrator says of a partner."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.exchange.partners.domain import Transport
from app.exchange.signatures import SignatureScheme
from app.kit.inputs import FrozenInput, Required, Trimmed

Line = Annotated[str, Trimmed]


class PartnerInput(FrozenInput):
    """The connection to a partner. `client_id` is the machine client by which it calls back, if it does."""

    name: Annotated[str, Required, Field(max_length=120)]
    definition: Line
    definition_version: Line = "v1"
    transport: Transport = Transport.PUSH
    region_prefix: Annotated[str, Trimmed, Field(max_length=12)] = ""
    resources: tuple[str, ...] = ()
    follows: bool = False
    base_url: Annotated[str, Trimmed, Field(max_length=240), AfterValidator(lambda url: url.rstrip("/"))] = ""
    client_id: Line = ""


class NewPartner(PartnerInput):
    """A partner that is new: its code stays for ever."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9-]{1,38}$")]
    scheme: SignatureScheme = SignatureScheme.SM3_HMAC


class PartnerChange(PartnerInput):
    """A change, made from the state `version`."""

    version: int
