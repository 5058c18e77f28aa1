"""Runs state machines of hypothesis: the same steps in each run."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test


def play(machine, examples, steps, **how):
    """So many stories of so many steps each."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=checks,
        **how,
    )
    run_state_machine_as_test(machine, settings=how)
