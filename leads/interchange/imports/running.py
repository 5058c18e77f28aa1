"""Goes on with an import until it is over, or somebody says stop: killed at any moment, it is taken up where it was."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone, translation

from leads.interchange.imports import leases
from leads.interchange.imports.batches import Memory, bring_in, check
from leads.interchange.imports.leases import LeaseLost, claim, due, release
from leads.interchange.imports.models import Door, Import, ImportState
from leads.interchange.imports.undoing import take_back
from steerleads.api.errors import DATABASE_ERRORS

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def work(
    run: Import,
    *,
    clock: Clock = timezone.now,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[Import], None] = lambda run: None,
) -> Import:
    """The import, leased to us, as it is once all of its rows are through, or when it is `stopping`. Raises LeaseLost."""
    with translation.override(_language(run)):
        if run.state == ImportState.CHECKING:
            run = leases.begin_again(run)  # what was met of the file was in the memory of who broke off
        step, is_over = _step_of(run, clock), False
        while not is_over:
            if stopping():
                release(run)
                return run
            run, is_over = step(run)
            progress(run)
    return run


def work_on_all(*, clock: Clock = timezone.now, stopping: Callable[[], bool] = lambda: False) -> None:
    """Whatever is due, one after the other."""
    passed = set()
    while not stopping() and (run := due(clock()).exclude(pk__in=passed).order_by("created_at").first()):
        passed.add(run.pk)
        if claimed := claim(run, now=clock()):
            _work_on(claimed, clock, stopping)


def _work_on(run, clock, stopping):
    try:
        work(run, clock=clock, stopping=stopping)
    except LeaseLost:
        log.warning("Import %s is worked on by another process.", run.pk)
    except DATABASE_ERRORS:
        raise
    except Exception:  # a bug of ours, which is not to go round and round
        log.exception("Import %s failed.", run.pk)
        over = {"state": ImportState.FAILED, "lease_token": None, "finished_at": clock()}
        Import.objects.of(run.dealership_id).filter(pk=run.pk, lease_token=run.lease_token).update(**over)


def _step_of(run, clock):
    """A function of the import that does its next batch."""
    if run.state == ImportState.UNDOING:
        return lambda run: take_back(run, clock())
    memory, act = Memory(run, now=clock()), check if run.state == ImportState.CHECKING else bring_in
    return lambda run: act(run, memory, clock())


def _language(run):
    """Commands speak English; who imports in the admin reads what is wrong in the dealership's language."""
    return "en" if run.door == Door.COMMAND else run.dealership.language
