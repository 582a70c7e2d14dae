"""What a message's templates need from whoever runs the system."""

from dataclasses import dataclass

from jinja2 import Environment


@dataclass(frozen=True)
class Renderer:
    """The templates, the bureau's name and the address that people open (without a slash at its end)."""

    environment: Environment
    office: str
    base_url: str
