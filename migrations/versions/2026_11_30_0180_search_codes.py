"""search: four characters with a digit among them are a term of the index, by which a piece of a code is found"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None

BATCH = 1_000
#: The index is made anew at the end: to change each of its rows would take many times as long.
ADD = r"""
update enterprise_search set terms = terms || found.fours from (
  select enterprise.id, array_agg(distinct substr(line, place, 4)) as fours
  from enterprise, unnest(string_to_array(search_text, E'\n')) as line, generate_series(1, length(line) - 3) as place
  where substr(line, place, 4) ~ '[0-9]' group by enterprise.id
) as found where found.id = enterprise_search.enterprise_id"""
REMOVE = """
update enterprise_search set terms = array(select term from unnest(terms) as term where length(term) < 4)"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _change(lambda terms, text: " ".join([terms, *sorted(_fours(text))]))
    else:
        _made_anew(ADD)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _change(lambda terms, _text: " ".join(term for term in terms.split() if len(term) < 4))
    else:
        _made_anew(REMOVE)


def _made_anew(change: str) -> None:
    op.execute("drop index enterprise_search_terms")
    op.execute(change)
    op.execute("create index enterprise_search_terms on enterprise_search using gin (terms)")


def _change(told: Callable[[str, str], str]) -> None:
    """SQLite: the terms of each firm, from its terms and its text."""
    asked = sa.text(
        "select enterprise.id, terms, search_text from enterprise join enterprise_search on enterprise_search.rowid = enterprise.id"
        " where enterprise.id > :after order by enterprise.id limit :most"
    )
    changed = sa.text("update enterprise_search set terms = :terms where rowid = :id")
    bind, after = op.get_bind(), 0
    while rows := bind.execute(asked, {"after": after, "most": BATCH}).all():
        bind.execute(changed, [{"id": number, "terms": told(terms, text)} for number, terms, text in rows])
        after = rows[-1][0]


def _fours(text: str) -> set[str]:
    lines = text.split("\n")
    fours = {line[at : at + 4] for line in lines for at in range(len(line) - 3)}
    return {four for four in fours if re.search("[0-9]", four)}
