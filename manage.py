#!/usr/bin/env python
"""The operator's door: `python manage.py help` lists every command."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steerleads.settings")
    if sys.argv[1:2] == ["demo"]:
        # Settings are read before a command runs, and the demo is opened by plain http.
        os.environ.update({"SECURE_SSL_REDIRECT": "0", "SECURE_COOKIES": "0"})
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"ImproperlyConfigured: {error}")
