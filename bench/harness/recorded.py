"""An edge whose seats are in its own record: no ERP is asked. Of many seats most are copies of one that the edge assigned
itself: the same row of the ledger but for number, seat and user."""

import http.client
import json
import random
import sqlite3
import statistics
import time

from .edge import ADMIN_KEY, APPLICATION, ORGANISATION, Edge, user
from .http_json import Unexpected, call
from .processes import say

#: Organisations, and seats of each.
ORGANISATIONS, SEATS = 10, 100_000
#: Checks that are timed, each of a user who was never checked before.
CHECKS, WARM_UP = 10_000, 500
BATCH = 100


def sell(edge, externals, seats):
    """Registers the application with its seats at the edge, and has an organisation for each of `externals` buy so many."""
    port = edge.server.port

    def post(path, body):
        return call(port, "POST", path, body, ADMIN_KEY)

    post("/applications", {"slug": APPLICATION, "name": "HealOS", "externalIdName": "hospital_id", "seatSource": "edge"})
    plan = {"id": "team", "name": "Team", "pricePerSeat": "10.00", "currency": "USD", "billingCycle": "monthly"}
    post(f"/applications/{APPLICATION}/plans", {**plan, "trialDays": 0, "minSeats": 1})
    sold = []
    for external in externals:
        organisation = post("/organizations", {"name": external, "ownerUserId": "owner", "billingEmail": "bills@hospital.example"})["id"]
        order = {"organizationId": organisation, "applicationSlug": APPLICATION, "planId": "team", "seats": seats}
        sold.append(post("/subscriptions", {**order, "gateway": "manual", "externalOrgId": external})["id"])
    return sold


def assign(edge, subscription, users):
    for start in range(0, users, BATCH):
        seats = [{"userId": user(number)} for number in range(start, min(start + BATCH, users))]
        answer = call(edge.server.port, "POST", f"/subscriptions/{subscription}/seats", {"assignments": seats}, ADMIN_KEY)
        if any("error" in result for result in answer["results"]):
            raise Unexpected(f"not every seat was assigned: {answer['results'][:2]}")


def edge_with_few(servers, folder, users):
    """An edge with the seats of `users` in its record, and their verdicts in its cache."""
    folder.mkdir()
    running = Edge(servers, folder, "recorded")
    (subscription,) = sell(running, [ORGANISATION], users)
    assign(running, subscription, users)
    asked = running.erp_calls()
    running.warm(users)
    if running.erp_calls() != asked:
        raise RuntimeError("the ERP was asked for seats that the record has")
    return running


def cold_checks(servers, folder):
    """Seconds that checks took of users whom no cache knows, by an edge with a million seats."""
    folder.mkdir()
    running = Edge(servers, folder, "cold")
    externals = [f"hospital_{number:03d}" for number in range(ORGANISATIONS)]
    for subscription in sell(running, externals, SEATS):
        assign(running, subscription, 1)
    running.stop()
    copy(folder / "state" / "sqlite_db.db", SEATS)
    running.start()
    draw = random.Random(1)
    pairs = draw.sample(range(ORGANISATIONS * SEATS), CHECKS + WARM_UP)
    connection = http.client.HTTPConnection("127.0.0.1", running.server.port, timeout=30)
    took = []
    for place in pairs:
        check = {"userId": user(place % SEATS), "applicationSlug": APPLICATION, "externalOrgId": externals[place // SEATS]}
        began = time.perf_counter()
        connection.request("POST", "/verify-seat", json.dumps(check), {
            "Content-Type": "application/json", "Authorization": f"Bearer {running.key}"})  # fmt: skip
        answer = json.loads(connection.getresponse().read())
        took.append(time.perf_counter() - began)
        if not answer.get("hasAccess") or answer["source"] not in ("record", "cache"):
            raise Unexpected(f"a seat was not found: {check} {answer}")
    connection.close()
    running.stop()
    took = sorted(took[WARM_UP:])
    say(f"  {ORGANISATIONS * SEATS:,} seats: p50 {statistics.median(took) * 1000:.2f} ms, p99 {p99(took) * 1000:.2f} ms")
    return took


def p99(ordered):
    return ordered[int(len(ordered) * 0.99)]


def copy(path, seats):
    """Has every subscription `seats` seats, users 0 and up."""
    say(f"  storing {ORGANISATIONS * seats:,} seats")
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT * FROM subscription_movements WHERE seat_id IS NOT NULL")
        names = [column[0] for column in rows.description]
        place = {name: names.index(name) for name in names}
        models = rows.fetchall()

        def copies():
            for organisation, model in enumerate(models):
                for number in range(1, seats):
                    row = list(model)
                    row[place["number"]] = model[place["number"]] + number
                    row[place["assigned_before"]], row[place["assigned_after"]] = number, number + 1
                    row[place["seat_id"]] = f"seat_{organisation:04d}{number:012d}"
                    row[place["user_id"]] = user(number)
                    yield row

        marks = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO subscription_movements VALUES ({marks})", copies())
    database.close()
