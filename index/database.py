"""Small databases, written once and then only read. The only file that knows SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

Database = sqlite3.Connection

StoreFault = sqlite3.Error
"""What reading raises where the file is no database of ours."""


def new_database(path: Path, schema: str) -> AbstractContextManager[Database]:
    """A new database to write into, whole once the block ends. Nothing is flushed: who publishes the file does that.

    Raises OSError where the system refuses to write it.
    """
    return _written(path, schema)


def change_database(path: Path) -> AbstractContextManager[Database]:
    """A database that nobody else reads yet, to be changed; as `new_database`. Of what is deleted no byte stays."""
    return _written(path, "PRAGMA secure_delete=ON")


@contextmanager
def _written(path: Path, first: str) -> Iterator[Database]:
    try:
        database = sqlite3.connect(path)
        try:
            database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {first}")
            yield database
            database.commit()
        finally:
            database.close()
    except sqlite3.OperationalError as error:  # "database or disk is full", "disk I/O error"
        raise OSError(f"{path.name}: {error}") from error


def open_database(path: Path) -> Database:
    """A written database, to be read from any thread, one at a time."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def torn_pages(path: Path) -> str | None:
    """What SQLite finds wrong with the structure of a database, None for nothing."""
    try:
        with closing(open_database(path)) as database:
            [(found,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
    except (sqlite3.Error, ValueError) as error:
        return str(error)
    return None if found == "ok" else str(found)
