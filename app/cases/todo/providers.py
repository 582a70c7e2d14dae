"""The kinds of to-dos that casework knows; slices above add theirs where the desk lists them."""

from app.cases.todo import calling, checking, deciding, overseeing, reminding
from app.cases.todo.port import Provider

PROVIDERS: tuple[Provider, ...] = (
    *deciding.PROVIDERS,
    *checking.PROVIDERS,
    *calling.PROVIDERS,
    *reminding.PROVIDERS,
    *overseeing.PROVIDERS,
)
