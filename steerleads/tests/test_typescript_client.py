"""TypeScript clients that public generators make from the document: they compile with all checks, and one of them is used."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ApiClient
from steerleads.tests.openapi_oracle import document

pytestmark = [pytest.mark.long, pytest.mark.on_one_database]
SOURCES = Path(__file__).with_name("typescript")


class Folder:
    """A folder with the document, the sources and the packages that they need."""

    def __init__(self, path, *options):
        self.path = path
        shutil.copytree(SOURCES, path, dirs_exist_ok=True)
        (path / "schema.json").write_text(json.dumps(document()))
        self.run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", *options)

    def run(self, program, *arguments):
        """What it prints. It must succeed, and what it says of its failure is in the test's."""
        local = self.path / "node_modules" / ".bin" / program
        answer = subprocess.run(
            [local if local.exists() else program, *arguments],
            cwd=self.path,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert answer.returncode == 0, f"{program} {arguments}: {answer.stdout[-3000:]} {answer.stderr[-3000:]}"
        return answer.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return _folder(tmp_path_factory, "--omit=dev")


def _folder(tmp_path_factory, *options):
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    return Folder(tmp_path_factory.mktemp("typescript"), *options)


def test_a_program_over_openapi_typescript_compiles_and_works(folder, site, casa):
    folder.run("openapi-typescript", "schema.json", "--output", "schema.ts")
    folder.run("tsc", "--project", ".")
    seen = json.loads(folder.run("node", "built/program.js", site, ApiClient(casa).secret))
    assert seen.pop("changed").keys() == {"id", "status", "note", "updatedAt"}
    assert seen == {
        "page": [1, "2", "Duster"],
        "listed": [0, 7],
        "moved": 3,
        "reordered": True,
        "done": [True],
        "history": ["lead.moved", "lead.moved", "lead.changed", "lead.created"],
        "told": ["Élodie Benali"] * 6,
        "refused": "LEAD_NOT_FOUND",
        "deleted": "Lead deleted successfully",
    }


@pytest.mark.slow
def test_the_client_of_openapi_typescript_codegen_compiles(tmp_path_factory):
    """It makes each parameter an argument, so no two of an operation may have one name."""
    folder = _folder(tmp_path_factory)
    folder.run("openapi", "--input", "schema.json", "--output", "made")
    config = json.loads((SOURCES / "tsconfig.json").read_text())
    config["compilerOptions"] |= {"exactOptionalPropertyTypes": False, "noUncheckedIndexedAccess": False}
    (folder.path / "made" / "tsconfig.json").write_text(json.dumps({**config, "files": ["index.ts"]}))
    folder.run("tsc", "--project", "made")
