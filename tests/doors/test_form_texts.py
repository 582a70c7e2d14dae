"""What a form's texts may hold."""

import sys
import unicodedata

from pydantic import BaseModel
from starlette.datastructures import FormData

from app.doors.forms.bound import bind


class Said(BaseModel):
    """One text."""

    text: str


def _read(text: str) -> str:
    bound = bind(Said, FormData([("text", text)]))
    assert bound.model is not None
    return bound.model.text


def test_no_control_character_and_no_half_of_one_comes_in() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    unwanted = [char for char in every if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"]
    assert len(unwanted) > 2_000
    assert {_read(f"a{char}b") for char in unwanted} == {"ab"}


def test_everything_else_stays_but_the_blanks_around_it() -> None:
    text = "科创（示例）\n第二行\t\u3000\u200bé 𠮷"
    assert _read(f" \n{text}\u3000 ") == text
