"""Clients that openapi-generator makes of the document in PHP, which is used, and in Java, which must compile."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import ApiClient
from steerleads.tests.openapi_oracle import document

pytestmark = pytest.mark.slow
SOURCES = Path(__file__).with_name("openapi_generator")
GUZZLE = "/usr/share/php/GuzzleHttp/autoload.php"
ANNOTATIONS = "/usr/share/java/jakarta-annotation-api.jar"


def run(*command):
    answer = subprocess.run(
        list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )
    assert answer.returncode == 0, f"{command[:4]}: {answer.stdout[-3000:]} {answer.stderr[-3000:]}"
    return answer.stdout


def generate(folder, language, *options):
    """The folder of a client in that language, and the generator's jar."""
    package = find_spec("openapi_generator_cli")
    if package is None or not shutil.which("java"):
        pytest.skip("openapi-generator-cli or java is not installed")
    jar = Path(package.origin).with_name("openapi-generator.jar")
    (folder / "schema.json").write_text(json.dumps(document()))
    said = run("java", "-jar", jar, "generate", "-i", folder / "schema.json", "-g", language, "-o", folder, *options)
    assert "COLLISION" not in said and "ERROR" not in said
    return folder, jar


def test_a_php_client_works(tmp_path, site, casa):
    if not (shutil.which("php") and Path(GUZZLE).exists()):
        pytest.skip("php or its package guzzle is not installed")
    folder, _ = generate(tmp_path, "php")
    seen = json.loads(run("php", SOURCES / "program.php", folder, site, ApiClient(casa).secret))
    assert seen == {
        "page": [1, "2", 7, "Duster"],
        "changed": "NOT_NEEDED",
        "history": ["lead.changed", "lead.created"],
        "refused": "LEAD_NOT_FOUND",
        "deleted": "Lead deleted successfully",
    }


def test_a_java_client_compiles(tmp_path):
    if not (shutil.which("javac") and Path(ANNOTATIONS).exists()):
        pytest.skip("javac or its package of annotations is not installed")
    options = ["--library", "native", "-p", "openApiNullable=false,useJakartaEe=true"]
    folder, jar = generate(tmp_path, "java", *options)
    sources = list((folder / "src" / "main" / "java").rglob("*.java"))
    # The generator itself is written with Jackson, as its clients are.
    run("javac", "-nowarn", "-cp", f"{jar}:{ANNOTATIONS}", "-d", folder / "classes", *sources)
    assert len(list((folder / "classes").rglob("*.class"))) >= len(sources) > 40
