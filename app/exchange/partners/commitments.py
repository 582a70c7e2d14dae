"""Who has a say when a partner's connection is to change."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import PartnerInput
from app.kit.slices import Port

#: A field that cannot be so, and why, in the reader's language.
Fault = tuple[str, str]
Binding = Callable[[Session, Partner, PartnerInput], Iterable[Fault]]
#: Who says what of a partner's connection may not change, and why.
BINDINGS: Port[Binding] = Port("binding of a partner's connection", Callable)
