"""Two cores used: a stream read ahead of who takes from it, and several questions at once.

The loops of observe and of numpy let go of Python's lock, so plain threads are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T], by: int = 2) -> Iterator[T]:
    """The items, up to `by` of them made in a thread beside before they are asked for; errors come in their place."""
    source = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(lambda: list(islice(source, 1))) for _ in range(by)]
        while found := coming.pop(0).result():
            coming.append(pool.submit(lambda: list(islice(source, 1))))
            yield found[0]


def at_once(*questions: Callable[[], Any], workers: int = 2) -> list[Any]:
    """What each of these gives, asked side by side."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda question: question(), questions))
