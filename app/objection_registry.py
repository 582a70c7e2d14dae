"""What upper slices have to say to lower ones, loaded at the start whichever door is opened."""

from importlib import import_module

#: Modules that register when they are loaded: with `enterprises.service.retiring.object_to_retirement`, with
#: `files.service.arrivals.on_arrival`, with `engagement.service.knowing.known_by`.
MODULES = (
    "app.cases.service.objections",
    "app.cases.service.known_answers",
    "app.commissioners.service.agreements",
    "app.engagement.service.asking",
)


def load_objections() -> None:
    """Make sure that whoever has something to say is asked: before a firm is retired, or asked for something."""
    for name in MODULES:
        import_module(name)
