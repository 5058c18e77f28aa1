"""The formats as managers choose among them: in groups, each by its name, with what it is good for."""

from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.interchange.exports import exporters_of
from leads.interchange.exports.contents import LEADS_TO_EXPORT

FORMATS = {
    gettext_lazy("For spreadsheets"): {
        "xlsx": ("Excel (XLSX)", gettext_lazy("A sheet with all columns.")),
        "csv": ("CSV", gettext_lazy("A text file with all columns, which every spreadsheet opens.")),
    },
    gettext_lazy("For another CRM: a table to upload there, not to open in Excel"): {
        "hubspot": ("HubSpot", ""),
        "salesforce": ("Salesforce", ""),
        "zoho": ("Zoho CRM", ""),
        "pipedrive": ("Pipedrive", ""),
        "odoo": ("Odoo", ""),
    },
    gettext_lazy("For programs"): {
        "adf": ("ADF 1.0 (XML)", gettext_lazy("What dealers’ systems exchange.")),
        "jsonlead": ("JsonLead 2.0", gettext_lazy("The same in JSON.")),
        "jsonl": ("JSON Lines", gettext_lazy("Each lead whole, as the API shows it.")),
    },
}
DEFAULT = "xlsx"


class Choice(NamedTuple):
    """One format on the page; `is_too_small` if it cannot hold what is to go out, as `limit` says."""

    name: str
    label: str
    help: str
    limit: str
    is_chosen: bool
    is_too_small: bool


def groups_of_formats(number: int, chosen: str = "") -> list[tuple[str, list[Choice]]]:
    """The formats by their groups, for so many leads; Excel's is chosen unless another one was."""
    return [
        (group, [_choice(name, *words, number, chosen or DEFAULT) for name, words in formats.items()])
        for group, formats in FORMATS.items()
    ]


def _choice(name: str, label: str, help: str, number: int, chosen: str) -> Choice:
    most = exporters_of(LEADS_TO_EXPORT)[name].most
    is_too_small = most is not None and number > most
    limit = _("At most %(most)s leads.") % {"most": number_format(most, force_grouping=True)} if most else ""
    return Choice(name, label, help, limit, name == chosen and not is_too_small, is_too_small)
