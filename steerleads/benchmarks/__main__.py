"""`python -m steerleads.benchmarks`: measures the product, on databases of its own, which it drops again."""

import argparse
import os
import signal
import sys
from importlib import import_module

import django

HELP = {
    "api": "the API beside a bare limit, stock DRF and FastAPI",
    "scale": "what calls cost as work grows",
    "figures": "figures beside a count of all leads, and catching up with events",
    "reorder": "a reorder beside a loop of updates",
    "start": "from the start to the first answer",
}


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steerleads.settings")
    # Told to end, it stops its servers and drops its databases first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    django.setup()
    parser = argparse.ArgumentParser(prog="python -m steerleads.benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    modules = {name: import_module(f"steerleads.benchmarks.{name}") for name in HELP}
    for name, module in modules.items():
        module.add_arguments(commands.add_parser(name, help=HELP[name], description=module.__doc__))
    options = parser.parse_args()
    return modules[options.command].run(options)


if __name__ == "__main__":
    sys.exit(main())
