"""What may be done with opinions of departments, and by whom: the bureau asks, the department asked answers."""

from app.kit.permissions import DEPARTMENTS, EDITORS, Action

ASK = Action("opinions.ask", EDITORS)
READ_ASKED = Action("opinions.read", DEPARTMENTS)
ANSWER = Action("opinions.answer", DEPARTMENTS)
