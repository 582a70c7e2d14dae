"""How applications of earlier years read."""

from dataclasses import dataclass

from app.cases.past_cases.fields import RESULT
from app.cases.past_cases.models import PastCase
from app.enterprises.models import Enterprise
from app.web.shared.enterprise_words import Badge, EnterpriseWords

_COLOURS = {"passed": "good", "failed": "late", "withdrawn": "idle"}


@dataclass(frozen=True)
class PastCaseLine:
    """An application as a row."""

    row: PastCase
    firm: str
    uscc: str
    programme: str
    result: str
    url: str
    edit_url: str

    @property
    def badge(self) -> Badge | None:
        """The result in its colour; None where it is not known."""
        return (_COLOURS.get(self.row.result, "idle"), self.result) if self.result else None


def past_case_line(row: PastCase, known: EnterpriseWords, firm: Enterprise) -> PastCaseLine:
    """Codes by their names."""
    url = f"/enterprises/{firm.uscc}"
    return PastCaseLine(
        row=row,
        firm=firm.name,
        uscc=firm.uscc,
        programme=dict(known.programmes).get(row.programme_code, row.programme_code),
        result=known.label(RESULT, row.result) if row.result else "",
        url=f"{url}#past-cases",
        edit_url=f"{url}/past-cases/{row.id}/edit",
    )
