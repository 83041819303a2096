"""kustomize itself takes the overlay that docs/manifests.md shows."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.load import load
from generator.render import render

pytestmark = pytest.mark.peer("kube")

ROOT = Path(__file__).parent.parent.parent


def built(folder: Path) -> list[Any]:
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False, timeout=60)
    assert 0 == done.returncode, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def test_the_overlay_of_the_page_patches_what_is_rendered(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "manifests.md").read_text("utf-8")
    (overlay,) = re.findall(r"```yaml\n# overlay/kustomization.yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "kustomization.yaml").write_text(overlay)
    for path, text in render(load([ROOT / "values" / "production.yaml"])).items():
        file = tmp_path / "rendered" / "production" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    objects = built(tmp_path / "overlay")
    (pod,) = [one["spec"]["template"]["spec"] for one in objects if one["kind"] == "Deployment"]
    assert "gvisor" == pod["runtimeClassName"]
    assert len(objects) == len(built(tmp_path / "rendered" / "production" / "kubernetes"))
