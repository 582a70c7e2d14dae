"""The house that tests open their databases with: every slice, and the pages, which load when something of theirs is asked for."""

from app.composition.pages import compose_with_pages

HOUSE = compose_with_pages()
