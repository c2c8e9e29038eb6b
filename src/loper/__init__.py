"""Loper: the journeys of an organisation's customers. Importing the package brings none of its rooms along."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from loper.observe.read import read_log

__all__ = ["read_log"]


def __getattr__(name: str) -> object:
    """What an analyst wants at hand, brought in when it is asked for."""
    if name == "read_log":
        from loper.observe.read import read_log

        return read_log
    raise AttributeError(f"module 'loper' has no attribute {name!r}")
