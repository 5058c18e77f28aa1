"""Whether all contestants do the same: answer the same bytes, and leave the same rows and the same history."""

import gzip
import random
import re

from leads.models import Lead, LeadEvent
from steerleads.benchmarks.contestants import Failed

SAMPLES = 3
# What differs in every answer to a write, and in every row.
MADE = re.compile(rb'"(id|createdAt|updatedAt)":"[^"]+"')
OWN = {"id", "created_at", "updated_at", "lead_id", "at", "sequence"}


def check(operation, stage, contestants):
    """Raises Failed for the first difference."""
    for path, body in operation.requests(stage, random.Random(0), 2 * SAMPLES, "same")[:SAMPLES]:
        answers = {each.title: _done(operation, each, path, body) for each in contestants}
        first, *others = answers
        for other in others:
            for mine, theirs in zip(answers[first], answers[other], strict=True):
                if mine != theirs:
                    raise Failed(f"{operation.method} {path}: {other} differs.\n{first}: {mine}\n{other}: {theirs}")


def _done(operation, contestant, path, body):
    """(status, masked body, the lead's row, its last event)."""
    changed = path.rpartition("/")[2] if operation.method == "PATCH" else None
    before = Lead.objects.filter(pk=changed).values(*_columns()).first() if changed else None
    status, answer = contestant.ask(operation.method, path, body)
    answer = gzip.decompress(answer) if answer.startswith(b"\x1f\x8b") else answer
    if status != operation.status:
        raise Failed(
            f"{operation.method} {path}: {contestant.title} answers {status}: {answer[:500]}\n{contestant.server.log()}"
        )
    if not operation.writes:
        return status, answer, None, None
    lead = re.search(rb'"id":"([^"]+)"', answer)[1].decode()
    row = Lead.objects.filter(pk=lead).values().get()
    event = LeadEvent.objects.filter(lead_id=lead).order_by("-at").values().first()
    if before:  # for the next one
        Lead.objects.filter(pk=changed).update(**before)
    return status, MADE.sub(rb'"\1":""', answer), _without_own(row), _without_own(event)


def _columns():
    return [field.attname for field in Lead._meta.concrete_fields if not field.generated]


def _without_own(row):
    return {name: value for name, value in row.items() if name not in OWN}
