"""The tests mirror the packages: a module without a test file, or a test file without its module, fails here."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("generator", "audit", "bridge")


def modules(package: str) -> set[str]:
    found = {path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / package).rglob("*.py")}
    return {name for name in found if not name.rsplit("/", 1)[1].startswith("__")}


def mirrored(package: str) -> set[str]:
    found = (path.relative_to(ROOT / "tests") for path in (ROOT / "tests" / package).rglob("test_*.py"))
    return {(path.parent / path.stem.removeprefix("test_")).as_posix() for path in found}


def test_every_module_has_its_test_file() -> None:
    assert {name for package in PACKAGES for name in modules(package) - mirrored(package)} == set()


def test_every_test_file_has_its_module() -> None:
    assert {name for package in PACKAGES for name in mirrored(package) - modules(package)} == set()
