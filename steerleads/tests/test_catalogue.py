"""Every text that staff see is there in French and in Arabic, and no translation is left over or broken."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

pytestmark = pytest.mark.on_one_database

ROOT = Path(settings.BASE_DIR)
CODE = [
    path
    for app in ("steerleads", "cars", "leads")
    for path in (ROOT / app).rglob("*.py")
    if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)
]
PAGES = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]

# {function: how many of its first arguments are (context,) text (, plural)}
MARKS = {"gettext": 1, "gettext_noop": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
MARKS |= {f"{name}_lazy": count for name, count in MARKS.items() if name != "gettext_noop"}
CALL_IN_PAGE = re.compile(r"""\b(_|n?p?gettext)\(((?:\s*u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?)+)""", re.DOTALL)
LINE = re.compile(r'(?:(msg\S+) )?(".*")')
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

each_language = pytest.mark.parametrize("language", ["fr", "ar"])


# --- What is to be translated --------------------------------------------------------------------


def _texts_of_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in MARKS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            function = names[node.func.id]
            yield _key(function, [ast.literal_eval(argument) for argument in node.args[: MARKS[function]]])


def _texts_of_page(path):
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for function, arguments in CALL_IN_PAGE.findall(code):
        yield _key("gettext" if function == "_" else function, ast.literal_eval(f"[{arguments}]"))


def _key(function, arguments):
    """(context or None, text, plural or None)."""
    context = arguments.pop(0) if "pgettext" in function else None
    return context, arguments[0], arguments[1] if "ngettext" in function or "npgettext" in function else None


@cache
def _wanted():
    return {key for path in CODE for key in _texts_of_code(path)} | {
        key for path in PAGES for key in _texts_of_page(path)
    }


# --- What is translated --------------------------------------------------------------------------


def _entries(language):
    """{(context, text, plural): [translation, or one for each plural form]} of our .po."""
    found = {}
    for block in _po(language).split("\n\n"):
        parts, word = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                assert "fuzzy" not in line, block
                continue
            word, text = LINE.fullmatch(line).group(1) or word, LINE.fullmatch(line).group(2)
            parts[word] = parts.get(word, "") + ast.literal_eval(text)
        key = parts.get("msgctxt"), parts["msgid"], parts.get("msgid_plural")
        assert key not in found, f"{key} is there twice"
        found[key] = [text for name, text in sorted(parts.items()) if name.startswith("msgstr")]
    return found


def _po(language):
    return (_folder(language) / "django.po").read_text(encoding="utf-8").strip()


def _folder(language):
    return ROOT / "steerleads" / "locale" / language / "LC_MESSAGES"


def _compiled(folder):
    """The catalogue of a .mo: {text, context and text, or (either, number of the form): translation}."""
    path = folder / "django.mo"
    return gettext.GNUTranslations(path.open("rb"))._catalog if path.exists() else {}


def _in_catalogue(catalogue, key):
    context, text, plural = key
    text = text if context is None else f"{context}\x04{text}"
    return (text if plural is None else (text, 0)) in catalogue


def _others(language):
    """What Django and the other applications translate."""
    folders = [Path(django.__file__).parent / "conf" / "locale"]
    folders += [Path(config.path) / "locale" for config in apps.get_app_configs()]
    return [
        _compiled(folder / language / "LC_MESSAGES") for folder in folders if ROOT / "steerleads" not in folder.parents
    ]


# --- The tests -----------------------------------------------------------------------------------


@each_language
def test_every_text_is_translated(language):
    ours, others = _entries(language), _others(language)
    missing = [key for key in _wanted() if key not in ours and not any(_in_catalogue(other, key) for other in others)]
    assert sorted(missing, key=str) == []


@each_language
def test_no_translation_is_left_over(language):
    assert sorted(_entries(language).keys() - _wanted() - {(None, "", None)}, key=str) == []


@each_language
def test_translations_say_something_and_keep_their_placeholders(language):
    for (_context, text, plural), translations in _entries(language).items():
        assert all(translations), text
        for translation in translations if text else []:
            found, given = PLACEHOLDER.findall(translation), PLACEHOLDER.findall(plural or text)
            # “One lead” need not say its number.
            assert set(found) <= set(given) if plural else sorted(found) == sorted(given), text


@each_language
def test_the_compiled_catalogue_is_the_written_one(language):
    """Compile with: msgfmt -o django.mo django.po (in steerleads/locale/…/LC_MESSAGES)."""
    expected = {}
    for (context, text, plural), translations in _entries(language).items():
        name = text if context is None else f"{context}\x04{text}"
        expected |= {name if plural is None else (name, form): text for form, text in enumerate(translations)}
    assert _compiled(_folder(language)) == expected


def test_both_languages_translate_the_same_texts():
    assert _entries("fr").keys() == _entries("ar").keys()


def test_texts_are_found_in_code_and_in_pages(tmp_path):
    page, code = tmp_path / "page.html", tmp_path / "code.py"
    page.write_text(
        """{% load i18n %}{% translate "it's" %}{{ _("b") }}{% translate "c" context "d" %}{% blocktranslate count n=n %}
        {{ n }} lead{% plural %}{{ n }} leads{% endblocktranslate %}{% blocktranslate trimmed %}
        Hello {{ name }}{% endblocktranslate %}"""
    )
    code.write_text(
        "from django.utils.translation import gettext_lazy as _, npgettext\n_('a' 'b')\nnpgettext('c', 'd', 'e', 5)\n"
    )
    found = set(_texts_of_page(page))
    assert {(None, "it's", None), (None, "b", None), ("d", "c", None), (None, "Hello %(name)s", None)} < found
    assert any(plural and plural.strip() == "%(n)s leads" for _, _, plural in found)
    assert set(_texts_of_code(code)) == {(None, "ab", None), ("c", "d", "e")}
