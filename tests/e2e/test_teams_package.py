"""The Teams app package against the schemas that Microsoft publishes, and out of an installed product."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft4Validator, FormatChecker

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(__file__).parent / "clients/node_modules/@microsoft/app-manifest/build/json-schemas/teams"
OPTIONS = ("--app-id", "1f0c8d0e-5b1a-4a55-9d4c-0d6a3f5f9b21", "--domain", "desk.example.com", "--json")
LONGEST = ("--name", "Ș" * 30, "--company", "Ț" * 32, "--website", "https://a.example/" + "x" * 2030)


def packed(folder: Path, *options: str, product: Path = ROOT) -> dict[str, bytes]:
    """Run the command of a product in a process of its own, and return what it packed."""
    command = [sys.executable, "-m", "bot", "teams", "package", *OPTIONS, *options]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(product)}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    with ZipFile(folder / json.loads(done.stdout)["file"]) as package:
        return {name: package.read(name) for name in package.namelist()}


def schema(version: str, name: str) -> dict[str, Any]:
    path = SCHEMAS / f"v{version}" / f"MicrosoftTeams.{name}schema.json"
    if not path.exists():
        pytest.skip("Microsoft's schemas are not installed: run `make .venv/.clients`")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def mistakes(content: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    checked = Draft4Validator(rules, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checked.iter_errors(content)]


@pytest.mark.parametrize("options", [(), LONGEST])
def test_teams_takes_the_manifest_and_its_romanian_words(tmp_path: Path, options: tuple[str, ...]) -> None:
    files = packed(tmp_path, *options)
    manifest, romanian = json.loads(files["manifest.json"]), json.loads(files["ro.json"])
    version = manifest["manifestVersion"]
    assert manifest["$schema"].endswith(f"/v{version}/MicrosoftTeams.schema.json")
    assert romanian["$schema"].endswith(f"/v{version}/MicrosoftTeams.Localization.schema.json")
    assert mistakes(manifest, schema(version, "")) == []
    assert mistakes(romanian, schema(version, "Localization.")) == []


def test_the_schema_is_the_newest_of_them_that_is_released(tmp_path: Path) -> None:
    manifest = json.loads(packed(tmp_path)["manifest.json"])
    schema(manifest["manifestVersion"], "")
    released = [path.name[1:].split(".") for path in SCHEMAS.glob("v[0-9]*")]
    newest = max([int(major), int(minor)] for major, minor in released)
    assert manifest["manifestVersion"] == ".".join(map(str, newest))


def test_an_organisation_whose_teams_is_behind_can_write_an_earlier_version(tmp_path: Path) -> None:
    files = packed(tmp_path)
    manifest, romanian = json.loads(files["manifest.json"]), json.loads(files["ro.json"])
    manifest["manifestVersion"] = "1.25"
    assert mistakes(manifest, schema("1.25", "")) == []
    assert mistakes(romanian, schema("1.25", "Localization.")) == []


@pytest.mark.parametrize("spoilt", ["id", "accentColor", "developer"])
def test_the_schema_would_find_a_mistake(tmp_path: Path, spoilt: str) -> None:
    manifest = json.loads(packed(tmp_path)["manifest.json"])
    manifest[spoilt] = "${{LEFT}}"
    assert mistakes(manifest, schema(manifest["manifestVersion"], "")) != []


def test_an_installed_product_packs_the_same_as_a_clone(tmp_path: Path) -> None:
    source, wheels, installed = tmp_path / "source", tmp_path / "wheels", tmp_path / "installed"
    source.mkdir()
    for name in ("appPackage", "bot", "desk", "handlers", "notifications", "storage"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*build, "--wheel-dir", str(wheels), str(source)], check=True, cwd=tmp_path)
    (wheel,) = wheels.glob("dispecer-*.whl")
    with ZipFile(wheel) as built:
        built.extractall(installed)
    shutil.rmtree(source)
    assert packed(tmp_path, product=installed) == packed(tmp_path)
