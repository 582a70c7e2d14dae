"""What upper slices have to say to lower ones, loaded at the start whichever door is opened."""

from importlib import import_module

#: Modules that register when they are loaded: with `enterprises.service.retiring.object_to_retirement`, with
#: `files.service.arrivals.on_arrival`, with `engagement.service.knowing.known_by`, with `cases.service.undo_obstacles.object_to_undo`.
MODULES = (
    "app.cases.service.objections",
    "app.cases.service.known_answers",
    "app.commissioners.service.agreements",
    "app.engagement.service.asking",
    "app.incentives.service.objections",
)


def load_objections() -> None:
    """Make sure that whoever has something to say is asked: before a firm is retired or asked for something, before a step is taken back."""
    for name in MODULES:
        import_module(name)
