"""Terms of an agreement for the tests."""

from app.commissioners.schemas import AgreementInput


def terms(**given: object) -> AgreementInput:
    """The provincial programme over the year 2021, unless told otherwise."""
    base = {
        "programme_code": "hubei-special",
        "starts_on": "2021-01-01",
        "ends_on": "2021-12-31",
        "mode": "part-time",
    }
    return AgreementInput.model_validate(base | given)
