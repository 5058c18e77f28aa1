"""The operations that are measured, and their requests: the same seed gives the same ones."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

REQUESTS_A_CONNECTION = 2000  # then they begin again
STATUSES = ("COMPLETED", "NEW")


@dataclass(frozen=True)
class Operation:
    """`requests(stage, dice, count, mark)` are [(path, body or None)]; `mark` is in what they write."""

    name: str
    title: str
    requests: Callable
    method: str = "GET"
    status: int = 200

    @property
    def writes(self):
        return self.method != "GET"

    def for_connections(self, stage, connections, number):
        """A list of requests for each connection, of the measurement with this number."""
        dice = random.Random(number)
        return [
            self.requests(stage, dice, REQUESTS_A_CONNECTION, f"{number}.{connection}")
            for connection in range(connections)
        ]


def _leads(stage, dice, count, mark):
    return [(f"/v1/leads/{lead}", None) for lead in dice.choices(stage.leads, k=count)]


def _cars(stage, dice, count, mark):
    return [(f"/v1/leads/car/{car}", None) for car in dice.choices(stage.cars, k=count)]


def _long_car(stage, dice, count, mark):
    return [(f"/v1/leads/car/{stage.long_car}", None)]


def _new_leads(stage, dice, count, mark):
    cars = dice.choices(stage.new_cars, k=count)
    return [(f"/v1/leads/car/{car}", _new_lead(f"{mark}.{step}")) for step, car in enumerate(cars)]


def _new_lead(mark):
    return _json(
        {
            "action": "Schedule test drive",
            "targetName": f"Ahmed Benali {mark}",
            "targetInfo": "+212-600-123456",
            "tag": "Test Drive",
            "note": "Prefers Saturday morning",
        }
    )


def _changes(stage, dice, count, mark):
    # Each lead comes twice, with two notes: however often the list is walked, every request changes something.
    leads = dice.choices(stage.leads, k=count // 2) * 2
    return [(f"/v1/leads/{lead}", _change(2 * step // count, f"{mark}.{step}")) for step, lead in enumerate(leads)]


def _change(half, mark):
    return _json({"status": STATUSES[half], "note": f"Test drive completed. Customer very interested. {mark}"})


def _json(body):
    return json.dumps(body, ensure_ascii=False)


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("get-one", "GET one", _leads),
        Operation("car-20", "GET a car's 20", _cars),
        Operation("car-4000", "GET 4,000", _long_car),
        Operation("post", "POST", _new_leads, "POST", 201),
        Operation("patch", "PATCH", _changes, "PATCH"),
    )
}
