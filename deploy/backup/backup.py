#!/usr/bin/env python3
"""Backs the record of the edge up, and brings it back. docs/backup.md says when to do which, and what is lost.

    backup.py make --state-dir .spin record.db                          # SQLite, while the edge runs
    backup.py make --database-url postgres://… record.dump              # PostgreSQL, by pg_dump
    backup.py restore --state-dir .spin record.db                       # the edge is stopped
    backup.py restore --database-url postgres://… --redis-url redis://… record.dump

The cache is never backed up, and it is emptied with each restore: what it holds belongs to another record. Python's standard
library is all that this needs, and for a PostgreSQL pg_dump, pg_restore and psql.
"""

import argparse
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: The files of the embedded host and of Spin, in the state folder, unless a runtime config names others.
RECORD, CACHE = "sqlite_db.db", "sqlite_key_value.db"


class Refused(Exception):
    """Why nothing was done."""


def beside(path):
    """The files that SQLite keeps with a database."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")]


def check(path):
    """That a file is a whole database of the edge's; gives the version of its schema."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        try:
            (said,) = database.execute("PRAGMA integrity_check").fetchone()
            (version,) = database.execute("SELECT MAX(version) FROM schema_migrations").fetchone()
        except sqlite3.DatabaseError as error:
            raise Refused(f"{path} is no record of the edge: {error}") from error
    if said != "ok":
        raise Refused(f"{path} is damaged: {said}")
    return version


def sync(path):
    """Has a file, or the names in a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_sqlite(state, backup):
    record = state / RECORD
    if not record.exists():
        raise Refused(f"there is no {record}")
    half = backup.with_name(backup.name + ".part")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{record}?mode=rw", uri=True, timeout=30, isolation_level=None)) as database:
        # One reading of the whole, as it is at this moment; writers go on.
        database.execute("VACUUM INTO ?", [str(half)])
    version = check(half)
    sync(half)
    half.replace(backup)
    sync(backup.parent)
    return version


def restore_sqlite(state, backup):
    version = check(backup)
    cache, record = state / CACHE, state / RECORD
    if cache.exists() and is_held(cache):
        raise Refused(f"an edge runs on {state}: stop it first")
    state.mkdir(parents=True, exist_ok=True)
    half = record.with_name(record.name + ".part")
    half.write_bytes(backup.read_bytes())
    os.chmod(half, record.stat().st_mode & 0o777 if record.exists() else 0o600)
    if record.exists():
        os.chown(half, record.stat().st_uid, record.stat().st_gid)
    sync(half)
    # The cache goes first: a restore that is interrupted here leaves the record as it was, and an empty cache.
    for path in [cache, *beside(cache), *beside(record)]:
        path.unlink(missing_ok=True)
    sync(state)
    half.replace(record)
    sync(state)
    return version


def is_held(path):
    """Whether an edge has the cache open: it keeps it to itself."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
    return False


def run(*command, given=None):
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


def make_postgres(url, backup):
    half = backup.with_name(backup.name + ".part")
    run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(half), url)
    # A dump that cannot be read to its end is none.
    run("pg_restore", "--list", str(half))
    sync(half)
    half.replace(backup)
    sync(backup.parent)


#: The tables that are there go, those too of a newer build that the backup does not know: migrations make them anew.
EMPTY = """
DO $$ DECLARE name TEXT; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', name);
    END LOOP;
END $$;
"""


def restore_postgres(url, backup):
    statements = EMPTY + run("pg_restore", "--no-owner", "--no-privileges", "--file", "-", str(backup))
    # All or nothing.
    run("psql", "-Xq", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", "-", url, given=statements)


def empty_redis(url):
    """Empties the database of a Redis that a URL names."""
    parts = urlsplit(url)
    if parts.scheme != "redis":
        raise Refused("only redis:// is spoken here: empty the cache by redis-cli, `redis-cli -u … FLUSHDB`")
    commands = []
    if parts.password:
        commands.append(["AUTH", *([unquote(parts.username)] if parts.username else []), unquote(parts.password)])
    if parts.path.strip("/"):
        commands.append(["SELECT", parts.path.strip("/")])
    commands.append(["FLUSHDB", "SYNC"])
    with socket.create_connection((parts.hostname, parts.port or 6379), timeout=60) as connection:
        replies = connection.makefile("rb")
        for command in commands:
            words = [f"${len(word.encode())}\r\n{word}\r\n" for word in command]
            connection.sendall(f"*{len(words)}\r\n{''.join(words)}".encode())
            reply = replies.readline().decode().strip()
            if not reply.startswith("+OK"):
                raise Refused(f"the Redis says to {command[0]}: {reply}")


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("act", choices=("make", "restore"))
    record = parser.add_mutually_exclusive_group(required=True)
    record.add_argument("--state-dir", type=Path, help="the state folder of an edge whose record is SQLite")
    record.add_argument("--database-url", help="of the PostgreSQL that is the record")
    parser.add_argument("--redis-url", help="of the Redis that is the cache: it is emptied with a restore")
    parser.add_argument("backup", type=Path)
    return parser.parse_args()


def main():
    given = options()
    try:
        if given.act == "make":
            if given.backup.exists():
                raise Refused(f"{given.backup} is there already, and is not overwritten")
            if given.state_dir:
                version = make_sqlite(given.state_dir, given.backup)
                print(f"{given.backup}: the record at schema version {version}")
            else:
                make_postgres(given.database_url, given.backup)
                print(f"{given.backup}: the record")
            return 0
        if given.database_url and not given.redis_url and not os.environ.get("CACHE_IS_EMPTY"):
            raise Refused("name the cache by --redis-url, or empty it yourself and set CACHE_IS_EMPTY=1")
        if given.state_dir:
            version = restore_sqlite(given.state_dir, given.backup)
            print(f"{given.state_dir}: the record at schema version {version}")
        else:
            restore_postgres(given.database_url, given.backup)
        if given.redis_url:
            empty_redis(given.redis_url)
        print("restored, and the cache is empty: start the edge, then do what docs/backup.md says under \"After a restore\"")
        return 0
    except Refused as why:
        print(why, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
