"""What an export format is, and what it is told beside its rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, ClassVar
from urllib.parse import urlsplit

from django.conf import settings

from leads.interchange.exports.contents import Contents
from steerleads.dealers.models import Dealership


@dataclass(frozen=True)
class Context:
    """What is exported of whom, and for what kind of reader.

    - `language`: the reader's, where somebody reads; else the dealership's.
    - `for_excel`: a person opens it with a double click.
    - `translated`: titles are the reader's and not the API's names.
    """

    contents: Contents
    dealership: Dealership
    language: str
    for_excel: bool = False
    translated: bool = False

    @property
    def host(self) -> str:
        """Where the product is reached."""
        return urlsplit(settings.SITE_URL).netloc

    @property
    def titles(self) -> list[str]:
        """One for each column, in its order."""
        return self.contents.titles_in(self.language if self.translated else None)


class Exporter(ABC):
    """A format. Its rows are what the contents' `flat` makes, unless it `takes_objects`.

    `most` rows are too many for it, or for those who read it, if there are more. A `is_paged` one is cut by `limit`.
    """

    name: ClassVar[str]
    ending: ClassVar[str]
    content_type: ClassVar[str]
    most: ClassVar[int | None] = None
    is_paged: ClassVar[bool] = False
    takes_objects: ClassVar[bool] = False
    exports: ClassVar[frozenset[str]] = frozenset({"leads"})  # names of the Contents that it takes

    @abstractmethod
    def write(self, rows: Iterable[Mapping[str, Any]], file: BinaryIO, context: Context) -> None:
        """Write all of it, from where the file stands: at whatever number of rows in constant memory."""

    def file_name(self, contents: Contents, day: date) -> str:
        """As it is offered to who downloads it."""
        return f"{contents.name}-{day.isoformat()}.{self.ending}"
