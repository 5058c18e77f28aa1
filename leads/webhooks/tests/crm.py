"""A small CRM that knows our leads only from the events feed: `python crm.py URL KEY FILE`, until it is killed.

What it has of a lead and its place in the feed are stored in one transaction a page, so it may die at any moment.
"""

import json
import sqlite3
import sys
import time
from urllib.request import Request, urlopen

PAGE = 20
PAUSE = 0.05  # seconds, once it has read all that there is
TABLES = (
    "CREATE TABLE IF NOT EXISTS lead (id TEXT PRIMARY KEY, object TEXT NOT NULL, archived INTEGER DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, after INTEGER, pages INTEGER, events INTEGER)",
)
KEEP = "INSERT INTO lead (id, object) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET object = excluded.object"
MOVE_ON = """
    INSERT INTO place VALUES (1, ?, 1, ?) ON CONFLICT (id) DO UPDATE
    SET after = excluded.after, pages = pages + 1, events = events + excluded.events"""


def sync(url, key, crm):
    for table in TABLES:
        crm.execute(table)
    while True:
        events, after = read(url, key, place(crm))
        if events:
            store(crm, events, after)
        else:
            time.sleep(PAUSE)


def read(url, key, after):
    page = Request(f"{url}/v1/events?after={after}&limit={PAGE}", headers={"Authorization": f"Bearer {key}"})
    with urlopen(page, timeout=30) as answer:
        return json.load(answer), int(answer.headers["X-Next-After"])


def place(crm):
    [after] = crm.execute("SELECT coalesce(max(after), 0) FROM place").fetchone()
    return after


def store(crm, events, after):
    with crm:
        for event in events:
            learn(crm, **event["data"])
        crm.execute(MOVE_ON, [after, len(events)])


def learn(crm, *, leadId, lead, changes, **_):
    if lead is None:
        crm.execute("DELETE FROM lead WHERE id = ?", [leadId])
        return
    crm.execute(KEEP, [leadId, json.dumps(lead)])
    if "archived" in changes:
        crm.execute("UPDATE lead SET archived = ? WHERE id = ?", [changes["archived"]["to"], leadId])


if __name__ == "__main__":
    _, url, key, file = sys.argv
    sync(url, key, sqlite3.connect(file))
