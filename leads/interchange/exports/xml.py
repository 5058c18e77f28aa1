"""What a text loses in XML: escapes do not help characters that it cannot have, and one of them spoils a whole file."""

import re

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text without the characters that XML cannot have."""
    return NOT_XML.sub("", text)
