"""What the address of a list says: a model made from its filters, every text cleaned."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Request
from pydantic import BaseModel, create_model, field_validator
from starlette.datastructures import QueryParams

from app.kit.lists.filters import clean

#: More than anybody ticks or shows.
_MOST = 2_000


class ListQuery(BaseModel):
    """The parameters of a list; `list_query` makes one for each. What it does not understand narrows nothing."""

    base: ClassVar[str] = ""
    usual: ClassVar[Mapping[str, str]] = {}
    many: ClassVar[tuple[str, ...]] = ()
    cursor: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [clean(one) for one in value if isinstance(one, str)][:_MOST]
        return clean(value) if isinstance(value, str) else value

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))

    @property
    def texts(self) -> dict[str, str]:
        """Every parameter that is one text."""
        return {name: value for name, value in self if isinstance(value, str)}

    def several(self, name: str) -> list[str]:
        """All that an address names of one thing, such as columns."""
        return list(getattr(self, name))

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """The parameters that say something, in their order."""
        given = self.texts.items()
        return tuple((name, text) for name, text in given if name != "cursor" and text and text != self.usual.get(name))

    def address(self, base: str = "", **changes: str) -> str:
        """The list's address with some parameters changed; the cursor, empty ones and usual ones are left out."""
        values = {name: value for name, value in self if name != "cursor"} | changes
        given = {name: value for name, value in values.items() if value and value != self.usual.get(name)}
        return f"{base or self.base}?{urlencode(given, doseq=True)}" if given else base or self.base

    def changed(self, **changes: str) -> Self:
        """The same with some parameters changed."""
        return self.model_copy(update=changes)

    @classmethod
    def saying(cls, **texts: str) -> Self:
        """An address that says this."""
        return cls.model_validate(texts)

    @classmethod
    def of(cls, text: str) -> Self:
        """The query that stands after the `?` of an address; of what is there twice the last counts."""
        given = parse_qs(text)
        return cls.model_validate({name: values if name in cls.many else values[-1] for name, values in given.items()})

    @classmethod
    def asked_in(cls, given: QueryParams) -> Self:
        """The query of a request; of what is there twice the last counts."""
        found = (name for name in cls.model_fields if name in given)
        return cls.model_validate({name: given.getlist(name) if name in cls.many else given[name] for name in found})


def list_query(
    base: str,
    names: Iterable[str],
    *,
    usual: Mapping[str, str] | None = None,
    several: tuple[str, ...] = (),
) -> type[ListQuery]:
    """The model of a list's address: `names` as texts, with what stands there when nothing is said (`usual`); of `several` an address names many."""
    found: dict[str, Any] = {name: (str, (usual or {}).get(name, "")) for name in names}
    found |= {name: (list[str], []) for name in several}
    made: type[ListQuery] = create_model(f"Query_{base.strip('/').replace('/', '_')}", __base__=ListQuery, **found)
    made.base, made.usual, made.many = base, dict(usual or {}), several
    return made


def asked(model: type[ListQuery]) -> Any:
    """The dependency that reads an address into `model`: `query: Annotated[ListQuery, asked(MODEL)]`.

    It reads by itself: nothing in such an address is refused, and FastAPI takes ten times as long for its dozen parameters.
    """

    async def read(request: Request) -> ListQuery:  # no thread for what only hands on
        return model.asked_in(request.query_params)

    read.model = model  # type: ignore[attr-defined]
    return Depends(read)
