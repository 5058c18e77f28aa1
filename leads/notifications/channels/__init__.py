"""The ways by which rules reach people: each a Channel in a module of its own here, and that module is all it takes."""

from importlib import import_module
from pkgutil import iter_modules

from leads.notifications.channels.base import Channel
from leads.notifications.models import Rule

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def all_channels() -> dict[str, Channel]:
    """{name: Channel} of those that a rule may use, by the settings as they are; mail comes first."""
    channels = [channel for kind in Channel.__subclasses__() for channel in kind.configured()]
    channels.sort(key=lambda channel: channel.name != Rule.EMAIL)
    return {channel.name: channel for channel in channels}


def channel_errors() -> dict[str, str]:
    """{code in an Outcome: in words} of all channels."""
    return {code: text for kind in Channel.__subclasses__() for code, text in kind.errors.items()}


def channel_choices() -> list[tuple[str, str]]:
    """[(name, label)] for people to choose from."""
    return [(name, channel.label) for name, channel in all_channels().items()]
