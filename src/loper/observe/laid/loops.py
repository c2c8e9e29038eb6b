"""How the loops over contacts are compiled: at first use, kept on disk after, and without Python's lock.

Numba itself comes in at first use too: pages, the worker and most commands never loop over a log, and its import is a
quarter of a second of each of their starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any


class Loop:
    """A loop that is compiled when it is called for the first time."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        update_wrapper(self, function)

    def __call__(self, *given: Any) -> Any:
        return self.compiled(*given)

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """Compiled, the loops that it calls with it. Where nothing may be written, neither here nor in a home, it is
        compiled anew by every process."""
        from numba import njit

        around = self.function.__globals__
        for name in self.function.__code__.co_names:
            if isinstance(other := around.get(name), Loop):
                around[name] = other.compiled  # a compiled loop can call none but compiled ones
        try:
            found: Callable[..., Any] = njit(cache=True, nogil=True)(self.function)
        except RuntimeError:
            found = njit(nogil=True)(self.function)
        return found


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when it is needed; see `Loop`."""
    return Loop(function)
