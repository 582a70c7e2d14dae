"""The registry of to-dos: every kind that the desk shows, with its words. A further slice adds its kinds here."""

from app.cases.todo.providers import PROVIDERS
from app.exchange import todo as exchange_todo
from app.web.shared import exchange_todo_words, todo_words
from app.web.shared.todo_lines import Kind

#: Kinds whose words name what a step still lacks.
_LOOKING = frozenset({"step", "approval", "clock"})

KINDS: tuple[Kind, ...] = (
    *(Kind(provider, getattr(todo_words, provider.code), provider.code in _LOOKING) for provider in PROVIDERS),
    *(Kind(provider, getattr(exchange_todo_words, provider.code)) for provider in exchange_todo.PROVIDERS),
)
