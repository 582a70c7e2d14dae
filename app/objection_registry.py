"""Every slice that may object to taking a firm out of use, loaded at the start whichever door is opened."""

from importlib import import_module

#: Modules that register with `enterprises.service.retiring.object_to_retirement` when they are loaded.
MODULES = ("app.cases.service.objections", "app.commissioners.service.agreements")


def load_objections() -> None:
    """Make sure that whatever hangs on a firm is asked about before it is retired."""
    for name in MODULES:
        import_module(name)
