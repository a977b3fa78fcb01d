"""FastAPI makes a validator for each parameter of each route when an app is built: most of a fifth of a second for
booking, in each of its tests, which then ask for one route or two. Here each is made when a request first needs it;
who is started as a process (``e2e``, ``chaos``) makes all at once, as at its users'.
"""

from fastapi._compat.v2 import ModelField

_VALIDATOR = "_type_adapter"
_make = ModelField.__post_init__


def make_validators_when_asked() -> None:
    ModelField.__post_init__ = lambda field: None  # type: ignore[method-assign]
    ModelField.__getattr__ = _made_now  # type: ignore[attr-defined]


def _made_now(field: ModelField, name: str) -> object:
    if name != _VALIDATOR:
        raise AttributeError(name)
    _make(field)
    return vars(field)[_VALIDATOR]
