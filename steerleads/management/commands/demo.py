"""Shows the product with a believable dealership in it."""

from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from steerleads import demo
from steerleads.api.errors import DATABASE_ERRORS
from steerleads.management.commands import serve

WORDS = """
{dealership}, with {cars} cars and {leads} leads.

  Admin      {url}admin/
             {email}   password: {password}
  API        {url}v1/docs
  API key    {secret}

Try it:

  curl '{url}v1/leads?sortBy=createdAt&sortOrder=desc&limit=3' -H 'Authorization: Bearer {secret}'
  curl '{url}v1/analytics/response?by=source' -H 'Authorization: Bearer {secret}'

Ctrl+C ends it. Started again, it keeps the data; password and key are new each time.
"""


class Command(serve.Command):
    help = "Migrate, load a demo dealership if it is not there yet, print how to get in, and serve in the foreground."

    def prepare(self, url):
        try:
            call_command("migrate", verbosity=0, interactive=False)
            demo.load(now=timezone.now())
            access = demo.create_access(now=timezone.now())
        except DATABASE_ERRORS as error:
            raise CommandError(f"The demo's database cannot be written: {error}".strip()) from None
        return lambda: print(WORDS.format(url=url, **access), file=self.stdout, flush=True)
