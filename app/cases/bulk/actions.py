"""Who may order something for many cases; what each single case allows is decided as always."""

from app.kit.permissions import EDITORS, Action

BULK = Action("cases.bulk", EDITORS)
