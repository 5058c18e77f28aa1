"""The commands about a person, run within the test."""

import json
from io import StringIO

from django.core.management import call_command


def run(name, *arguments, dealership="Casa Motors"):
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, dealership=dealership, stdout=out, stderr=err)
    return out.getvalue().removesuffix("\n"), err.getvalue()


def found(text, **how):
    return {lead["targetName"] for lead in json.loads(run("find_person", text, "--json", **how)[0])}
