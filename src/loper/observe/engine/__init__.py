"""The same questions, asked of a log that is larger than a machine: by Ibis, on DuckDB or on Spark."""

from loper.observe.engine.remote import Remote, open

__all__ = ["Remote", "open"]
