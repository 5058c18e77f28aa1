"""Idempotency-Key: the same request again gets the first answer again (contract 30).

The record is inserted first, in the transaction that does the work: a rival waits on the unique index, and a crash
rolls both back. Looking first and inserting later made 162 and 225 leads for 150 keys.
"""

import re

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from steerleads.api.errors import IdempotencyKeyReused, NotFound, ValidationFailed
from steerleads.dealers.models import IdempotencyRecord

KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Preference-Applied", "X-Archived")
LONGEST = 255
ASCII_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def idempotent(view, act, *, gone=NotFound):
    """`act()`'s answer, or the kept one of an equal request that came earlier with the same Idempotency-Key.

    `act` returns (response, id of the lead or car it is about or None). `gone` is raised for a kept answer that was
    erased together with its lead.
    """
    sent = view.request.headers.get("Idempotency-Key")
    if sent is None:
        return act()[0]
    if not 1 <= len(sent) <= LONGEST or ASCII_CONTROL.search(sent):
        raise ValidationFailed(f"An Idempotency-Key has 1 to {LONGEST} characters, none of them a control character.")
    api_key, now = view.request.auth, timezone.now()
    _delete_some_expired(api_key, sent, now)
    with transaction.atomic():
        record, is_new = _claim(api_key, sent, view.fingerprint(), now)
        if is_new:
            response, subject_id = act()
            _keep(record, response, subject_id)
            return response
    return _replay(record, view.fingerprint(), gone)


def forget_subjects(dealership, subject_ids):
    """Erase the answers that were about these leads. The records stay, so that a replay creates nothing."""
    records = IdempotencyRecord.objects.filter(dealership=dealership, subject_id__in=subject_ids)
    records.update(body=None, headers={})


def forget_answers(dealership, mentions):
    """Erase the kept answers whose text `mentions` says something of. The records stay here, too."""
    kept = IdempotencyRecord.objects.filter(dealership=dealership, body__isnull=False)
    ids = [pk for pk, body in kept.values_list("pk", "body") if mentions(bytes(body).decode())]
    for start in range(0, len(ids), 500):
        kept.filter(pk__in=ids[start : start + 500]).update(body=None, headers={})


def delete_expired(now):
    """How many records older than a day were deleted."""
    expired = IdempotencyRecord.objects.filter(created_at__lt=now - IdempotencyRecord.KEPT)
    deleted = 0
    while count := _delete_some(expired):
        deleted += count
    return deleted


def _claim(api_key, sent, fingerprint, now):
    records = IdempotencyRecord.objects.filter(dealership=api_key.dealership_id, api_key=api_key, key=sent)
    record = IdempotencyRecord(
        dealership_id=api_key.dealership_id, api_key=api_key, key=sent, fingerprint=fingerprint, created_at=now
    )
    # ON CONFLICT DO NOTHING waits for a rival's transaction and then says nothing of who won: so look.
    IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
    earlier = records.get()
    return earlier, earlier.pk == record.pk


def _delete_some_expired(api_key, sent, now):
    """Free the key, and tidy up behind us.

    Apart from what follows, as a deletion of a lead locks the lead first and its answers then.
    """
    expired = IdempotencyRecord.objects.filter(
        dealership=api_key.dealership_id, created_at__lt=now - IdempotencyRecord.KEPT
    )
    expired.filter(api_key=api_key, key=sent).delete()
    _delete_some(expired)


def _delete_some(expired):
    """How many of these were deleted. What a rival holds is skipped: two that wait for each other's would deadlock."""
    with transaction.atomic():
        ids = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True)[:100])
        return IdempotencyRecord.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _keep(record, response, subject_id):
    record.status = response.status_code
    record.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    record.body = response.content
    record.subject_id = subject_id
    record.save(update_fields=["status", "headers", "body", "subject_id"])


def _replay(record, fingerprint, gone):
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    if record.body is None:
        raise gone()
    response = HttpResponse(bytes(record.body), status=record.status, headers=record.headers)
    response["Idempotency-Replayed"] = "true"
    return response
