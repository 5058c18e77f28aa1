"""Tags with which the analytics page writes an answer's counts, shares and quantiles, in the reader's language."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.analytics import words

register = template.Library()


@register.simple_tag(takes_context=True)
def opened(context: dict[str, Any], count: dict[str, Any], share: float | None = None) -> SafeString:
    """A count as a link to exactly its leads, perhaps with its share of all."""
    text = words.number(count["count"])
    if share is not None:
        text = f"{text} · {words.percent(share)}"
    return format_html('<a href="{}">{}</a>', leads_of(context, count), text)


@register.simple_tag(takes_context=True)
def leads_of(context: dict[str, Any], count: dict[str, Any]) -> str:
    """Where the leads of a count are listed; a superuser's addresses say whose."""
    return count["leads"] + context.get("of_dealership", "")


@register.simple_tag
def gone(count: dict[str, Any]) -> str:
    """How many of a count's leads are deleted since, in words; "" if none."""
    if not count["gone"]:
        return ""
    return ngettext("%(n)s deleted since", "%(n)s deleted since", count["gone"]) % {"n": words.number(count["gone"])}


@register.simple_tag
def share(found: dict[str, Any]) -> str:
    """“62%” of a share; of fewer than five leads it is said that they are too few."""
    return _("too few") if found["value"] is None else words.percent(found["value"])


@register.simple_tag
def share_range(found: dict[str, Any]) -> str:
    """“of 142 · 54–70%”."""
    of = _("of %(n)s") % {"n": words.number(found["of"])}
    return of if found["value"] is None else f"{of} · {words.interval(found['low'], found['high'])}"


@register.simple_tag
def difference(found: dict[str, Any] | None) -> str:
    """“−4 to +19 points: may be chance” of a difference between two shares; "" where there is none."""
    if not found or found["value"] is None:
        return ""
    ends = {"low": words.points(found["low"]), "high": words.points(found["high"])}
    if found["low"] <= 0 <= found["high"]:
        return _("%(low)s to %(high)s points: may be chance") % ends
    return _("%(low)s to %(high)s points") % ends


@register.simple_tag
def change(now: int, before: int) -> str:
    """“+12, 203 in the other period” of a number and what it was there."""
    more = now - before
    sign = "+" if more > 0 else words.MINUS if more < 0 else "±"
    facts = {"change": words.isolated(sign + words.number(abs(more))), "before": words.number(before)}
    return _("%(change)s, %(before)s in the other period") % facts


@register.simple_tag
def quantile(found: dict[str, Any], name: str) -> str:
    """A quantile of {of, median, p75, p90} in words."""
    return words.quantile(found[name], found["of"])


@register.simple_tag
def open_quantile(found: dict[str, Any], name: str) -> str:
    """The same of open hours, which make no days."""
    return words.quantile(found[name], found["of"], in_days=False)
