"""docs/reference/tables.md, made from the views themselves."""

from __future__ import annotations

from loper.server.records.tables import READER, VERSION, VIEWS

HEAD = f"""# Tables for analysts

<!-- This page is made: loper out describe > docs/reference/tables.md -->

Views of a documented form, version {VERSION}, on SQLite and PostgreSQL. They hold references and no name, address or
text of anybody. Within a version a column stays what it is; what is added or changed comes as a view of the next
version, beside this one. Times are in UTC (SQLite keeps them as text, `2026-09-07 07:00:00`, and truths as 0 and 1).

## In the database

On PostgreSQL make a role that may read these views and nothing else; at each start Loper lets it read them:

    CREATE ROLE {READER} LOGIN PASSWORD 'choose one';
    ALTER ROLE {READER} SET default_transaction_read_only = on;
    ALTER ROLE {READER} SET statement_timeout = '5min';

    loper out grant        # or wait for the next upgrade

On SQLite open the file for reading alone: `sqlite3 "file:loper.sqlite3?mode=ro"`.

## As Parquet, for Power BI and the like

    loper out tables --to FOLDER

or every hour by itself, with `LOPER_TABLES=FOLDER`. A folder a table, a file a month:

    FOLDER/loper_v{VERSION}_visits/month=2026-09/part.parquet

A file is there whole or not at all, and only months that changed are written. In Power BI: *Get data*, *Parquet* or
*Folder*. In DuckDB:

    SELECT * FROM read_parquet('FOLDER/loper_v{VERSION}_visits/**/*.parquet', hive_partitioning = true);

Each table is read at its own moment, so that a row of one may be newer than a row of another. An erase of a customer
leaves these rows as they are: they name nobody.
"""  # noqa: S608 - words


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for view in VIEWS:
        key = ", ".join(f"`{one}`" for one in view.key)
        parts.append(
            f"\n## {view.view}\n\n{view.says} One row for each {key}; files by the month of `{view.month}`.\n\n"
        )
        parts.append("| column | type | |\n|---|---|---|\n")
        parts += [f"| `{one.name}` | {one.type} | {one.says} |\n" for one in view.columns]
    return "".join(parts)
