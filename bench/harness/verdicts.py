"""Many stored verdicts. They are copies of one that the edge stored itself: the same bytes but for the user."""

import sqlite3

from .edge import Edge, user
from .processes import say
from .subjects import Subject

FEW, MANY = 1_000, 1_000_000


def edge_with(servers, folder, name, users):
    """An edge that knows `users` verdicts before it is started the second time."""
    folder.mkdir()
    running = Edge(servers, folder, name)
    running.warm(1)
    running.stop()
    copy(folder / "state" / "sqlite_key_value.db", users)
    running.start()
    known = running.check(users - 1)
    if known["source"] != "cache":
        raise RuntimeError(f"a copied verdict is not known: {known}")
    say(f"  {name}: {users:,} verdicts stored")
    return Subject(name, f"{users:,} stored verdicts", running.server, running.request(users), running)


def copy(path, users):
    model = user(0)
    with sqlite3.connect(path) as database:
        query = "SELECT store, key, value FROM spin_key_value WHERE key LIKE 'verdict:%' || ?"
        ((store, key, value),) = database.execute(query, (model,)).fetchall()
        # Ids are of one length, so that lengths that the key or the value may hold stay right.
        copies = (
            (store, key.replace(model, user(number)), value.replace(model.encode(), user(number).encode()))
            for number in range(users)
        )
        database.executemany("INSERT OR REPLACE INTO spin_key_value VALUES (?, ?, ?)", copies)
    database.close()
