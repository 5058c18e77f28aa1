"""Leads as exports see them, plain and hostile."""

from typing import Any

PLAIN: dict[str, Any] = {
    "id": "0192f3a4-0000-7000-8000-000000000001",
    "status": "NEW",
    "action": "Test drive",
    "targetName": "Salma El Bennani",
    "targetInfo": "0661-234567 / salma@mail.example",
    "phone": "+212661234567",
    "email": "salma@mail.example",
    "tag": "Hot Lead",
    "note": "Is it available?",
    "order": 3,
    "archived": False,
    "createdAt": "2026-11-20T09:30:00Z",
    "updatedAt": "2026-11-21T10:00:00Z",
    "carId": "0192f3a4-0000-7000-8000-000000000002",
    "make": "Dacia",
    "model": "Logan",
    "overviewYear": 2021,
    "vin": "UU1LSDAAH12345678",
    "stockNumber": "CM-0042",
    "location": "Casablanca",
    "source": "autocasa",
    "externalId": "L-1001",
}
UNSET = dict.fromkeys(
    ["phone", "email", "tag", "note", "overviewYear", "vin", "stockNumber", "location", "source", "externalId"]
)
HOSTILE = [
    'Salma "la patronne", Bennani; \t El',
    "=cmd|' /C calc'!A0",
    "+212 @SUM(1+1)",
    "line\nbreaks\n\n",
    "]]> <![CDATA[ <adf> & &amp; &#0; <?adf?> --> ",
    "🚗👨‍👩‍👧 \U0010ffff \ufffe\uffff",
    "\x00\x01\x0b\x1f\x7f\x85",
    "محمد \u200fالعربي\u200e – ٠٦٦١",
    "'quoted",
    "N/A",
    "-",
]
