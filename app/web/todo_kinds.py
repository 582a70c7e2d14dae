"""The registry of to-dos: every kind that the desk shows, with its words. A further slice adds its kinds here."""

from app.cases.todo.providers import PROVIDERS
from app.web import todo_words
from app.web.todo_lines import Kind

#: Kinds whose words name what a step still lacks.
_LOOKING = frozenset({"step", "approval", "clock"})

KINDS: tuple[Kind, ...] = tuple(
    Kind(provider, getattr(todo_words, provider.code), provider.code in _LOOKING) for provider in PROVIDERS
)
