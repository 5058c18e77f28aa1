"""The limit: a bare WSGI callable that does the same look-up of the key and the same statements, and nothing else.

It judges nothing that a caller sends but the key and the path.
"""

import os
import time
import uuid
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import orjson

from steerleads.benchmarks.peers.facts import FOLDED_FROM, WRITABLE, folded, told
from steerleads.db.ids import new_id

if os.environ["DATABASE_URL"].startswith("sqlite"):
    from steerleads.benchmarks.peers.limit_sqlite import LOCK, Database
else:
    from steerleads.benchmarks.peers.limit_postgresql import LOCK, Database

CACHE_SECONDS = 5
RENDER = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
STATUS = {200: "200 OK", 201: "201 Created", 401: "401 Unauthorized", 403: "403 Forbidden", 404: "404 Not Found"}
LEAD = ("id", "carId", *WRITABLE, "createdAt", "updatedAt")
LISTED = (*LEAD, "car")
COLUMNS = ", ".join(f'l."{name}"' for name in ("id", "car_id", *WRITABLE.values(), "created_at", "updated_at"))

KEY = "SELECT dealership_id, name, scopes FROM dealers_apikey WHERE digest = %s AND revoked_at IS NULL"
ONE = f"SELECT {COLUMNS} FROM leads_lead l WHERE l.dealership_id = %s AND l.id = %s"
LOCKED = ONE.replace("SELECT", "SELECT l.version,") + LOCK
LIST = (
    f"SELECT {COLUMNS}, c.make, c.model, c.overview_year, c.location FROM leads_lead l JOIN cars_car c "
    "ON c.id = l.car_id WHERE l.dealership_id = %s AND l.archived IN (%s) AND l.car_id = %s "
    'ORDER BY l."order", l.created_at, l.id'
)
CAR = "SELECT id FROM cars_car WHERE dealership_id = %s AND id = %s"

database = Database(os.environ["DATABASE_URL"])
_keys = {}


class Key(NamedTuple):
    dealership: object  # as the database has it
    name: str
    scopes: list
    found_at: float


class Refused(Exception):
    """Has the status."""


def application(environ, start_response):
    try:
        status, data = _answer(environ)
    except Refused as refusal:
        status, data = refusal.args[0], {"status": "error"}
    body = orjson.dumps(data, option=RENDER)
    start_response(STATUS[status], [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(environ):
    writes = environ["REQUEST_METHOD"] != "GET"
    key = _key(environ, "leads:write" if writes else "leads:read")
    match environ["PATH_INFO"].split("/"), environ["REQUEST_METHOD"]:
        case ["", "v1", "leads", lead], "GET":
            return 200, _one(key, _id(lead))
        case ["", "v1", "leads", "car", car], "GET":
            return 200, _list(key, _id(car))
        case ["", "v1", "leads", "car", car], "POST":
            return 201, _create(key, _id(car), orjson.loads(environ["wsgi.input"].read()))
        case ["", "v1", "leads", lead], "PATCH":
            return 200, _change(key, _id(lead), orjson.loads(environ["wsgi.input"].read()))
    raise Refused(404)


def _key(environ, scope):
    scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401)
    digest = sha256(secret.encode()).hexdigest()
    key = _keys.get(digest)
    if key is None or time.monotonic() - key.found_at > CACHE_SECONDS:
        key = _keys[digest] = _found_key(digest)
    if scope not in key.scopes:
        raise Refused(403)
    return key


def _found_key(digest):
    with database.reading() as run:
        rows = run(KEY, (digest,))
    if not rows:
        raise Refused(401)
    dealership, name, scopes = rows[0]
    return Key(dealership, name, database.shown_json(scopes), time.monotonic())


def _id(text):
    try:
        return database.given(uuid.UUID(text))
    except ValueError:
        raise Refused(404) from None


# --- Reads -------------------------------------------------------------------------------------


def _one(key, lead_id):
    with database.reading() as run:
        rows = run(ONE, (key.dealership, lead_id))
    if not rows:
        raise Refused(404)
    return database.shown(dict(zip(LEAD, rows[0], strict=True)))


def _list(key, car_id):
    with database.reading() as run:
        rows = run(LIST, (key.dealership, False, car_id))
        # One question more, and only for a car without leads: is it there at all?
        if not rows and not run(CAR, (key.dealership, car_id)):
            raise Refused(404)
    if not rows:
        return []
    make, model, year, location = rows[0][-4:]
    car = {"id": database.shown_id(car_id), "make": make, "model": model, "overviewYear": year, "location": location}
    return [database.shown(dict(zip(LISTED, (*row[: len(LEAD)], car), strict=True))) for row in rows]


# --- Writes ------------------------------------------------------------------------------------


def _create(key, car_id, body):
    lead_id, now = new_id(), datetime.now(UTC)
    texts = {"status": "NEW", "tag": None, "note": None, "order": 0}
    texts |= {WRITABLE[name]: value for name, value in body.items()}
    row = {"id": lead_id, "dealership_id": key.dealership, "car_id": car_id, **texts, **folded(texts)}
    row |= {"archived": False, "created_at": now, "updated_at": now, "version": 1}
    with database.writing() as run:
        if not run(CAR + LOCK, (key.dealership, car_id)):
            raise Refused(404)
        run(_insert("leads_lead", row), [database.given(value) for value in row.values()])
        written = {**texts, "archived": False}
        _record(run, key, lead_id, car_id, "lead.created", now, dict.fromkeys(written), written)
    shown = {name: texts[column] for name, column in WRITABLE.items()}
    return {"id": lead_id, "carId": database.shown_id(car_id), **shown, "createdAt": now, "updatedAt": now}


def _change(key, lead_id, body):
    sent, now = {WRITABLE[name]: value for name, value in body.items()}, datetime.now(UTC)
    with database.writing() as run:
        rows = run(LOCKED, (key.dealership, lead_id))
        if not rows:
            raise Refused(404)
        version, _, car_id, *values, _, updated_at = rows[0]
        before = dict(zip(WRITABLE.values(), values, strict=True))
        changes = {column: value for column, value in sent.items() if before[column] != value}
        if changes:
            updated_at = now
            columns = changes | (folded(before | sent) if FOLDED_FROM & changes.keys() else {})
            columns |= {"version": version + 1, "updated_at": database.given(now)}
            run(_update("leads_lead", columns), [*columns.values(), key.dealership, lead_id])
            _record(run, key, lead_id, car_id, "lead.changed", now, before, changes)
    shown = now if changes else database.shown_time(updated_at)
    answered = {name: sent[column] for name, column in WRITABLE.items() if column in sent}
    return {"id": database.shown_id(lead_id), **answered, "updatedAt": shown}


def _record(run, key, lead_id, car_id, kind, now, before, after):
    facts, texts = told(before, after)
    event = {"id": new_id(), "dealership_id": key.dealership, "lead_id": lead_id, "car_id": car_id, "kind": kind}
    event |= {"at": now, "actor_type": "api_key", "actor_name": key.name}
    values = [database.given(value) for value in event.values()]
    names = [*event, "changes", "texts"]
    run(_insert("leads_leadevent", names), [*values, database.given_json(facts), database.given_json(texts)])


def _insert(table, columns):
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"


def _update(table, columns):
    names = ", ".join(f'"{name}" = %s' for name in columns)
    return f"UPDATE {table} SET {names} WHERE dealership_id = %s AND id = %s"
