"""A Python client that a public generator makes from the document, and all the ways in which its functions can be called."""

import importlib
import inspect
import json
import subprocess
import sys
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import get_args

from steerleads.tests.openapi_oracle import document


@contextmanager
def generated_client(folder):
    """A Generated, imported from this folder (a Path)."""
    (folder / "schema.json").write_text(json.dumps(document()))
    (folder / "config.yml").write_text("post_hooks: []\n")
    generator = Path(sys.executable).with_name("openapi-python-client")
    options = ["--path", "schema.json", "--meta", "none", "--config", "config.yml", "--output-path", "made_client"]
    run = [generator, "generate", "--fail-on-warning", *options]
    subprocess.run(run, cwd=folder, check=True, capture_output=True, timeout=120)
    sys.path.insert(0, str(folder))
    yield Generated()
    sys.path.remove(str(folder))


class Generated:
    """Finds the client's functions: `generated.leads("get_lead")` is its module for that operation."""

    def __getattr__(self, tag):
        return lambda operation: importlib.import_module(f"made_client.api.{tag}.{operation}")

    @property
    def models(self):
        return importlib.import_module("made_client.models")

    def client(self, site, key):
        return importlib.import_module("made_client").AuthenticatedClient(base_url=site, token=key)


def ways_to_call(function, ids, bodies):
    """Keyword arguments for each call: with each of `bodies`, or the least, and then each value of each enum and flag.

    `ids` are values by the arguments' names.
    """
    kinds = {name: found.annotation for name, found in inspect.signature(function).parameters.items()}
    least = {name: ids[name] for name in kinds if name in ids}
    least |= {name: _choices(kind)[0] for name, kind in kinds.items() if kind in _enums(kind)}  # a part of the path
    if "body" in kinds:
        yield from (least | {"body": kinds["body"].from_dict(body)} for body in bodies)
        return
    yield least
    for name, kind in kinds.items():
        many = any(getattr(each, "__origin__", None) is list for each in (kind, *get_args(kind)))
        for value in _choices(kind):
            yield least | {name: [value] if many else value}


def _choices(kind):
    return [value for each in _enums(kind) for value in ([False, True] if each is bool else each)]


def _enums(kind):
    """The enums, and bool, that an annotation is made of."""
    if inspect.isclass(kind) and not get_args(kind):
        return [kind] if kind is bool or issubclass(kind, Enum) else []
    return [found for each in get_args(kind) for found in _enums(each)]
