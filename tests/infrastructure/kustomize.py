"""As much of kustomize as deploy/kubernetes uses, so that its manifests are looked at where there is no kubectl.

What it does not know is an error, never left out.
"""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
_KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "patches"}
_BY = {"containers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath", "ports": "containerPort"}
"""Lists that a strategic merge joins by a key; others are replaced. Both is so for what our patches touch."""


def build(folder: Path) -> list[Manifest]:
    """Everything that ``kubectl apply -k`` would apply, in no certain order."""
    told = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert told.keys() <= _KNOWN, told.keys() - _KNOWN
    made = [manifest for name in told["resources"] for manifest in _resource(folder / name)]
    for patch in told.get("patches", []):
        content = yaml.safe_load(patch["patch"] if "patch" in patch else (folder / patch["path"]).read_text())
        touched = [manifest for manifest in made if _is_meant(manifest, patch["target"])]
        assert touched, f"{patch['target']} names nothing"
        for manifest in touched:
            _apply(manifest, content)
    for manifest in made:
        if "namespace" in told and manifest["kind"] != "Namespace":
            manifest["metadata"]["namespace"] = told["namespace"]
        for image in told.get("images", []):
            _name_image(manifest, image)
    return made


def _resource(path: Path) -> Iterator[Manifest]:
    if path.is_dir():
        yield from build(path)
    else:
        yield from yaml.safe_load_all(path.read_text())


def _is_meant(manifest: Manifest, target: dict[str, str]) -> bool:
    assert target.keys() <= {"kind", "name"}
    named = re.fullmatch(target.get("name", ".*"), manifest["metadata"]["name"])
    return manifest["kind"] == target["kind"] and named is not None


def _apply(manifest: Manifest, patch: Manifest | list[dict[str, Any]]) -> None:
    if isinstance(patch, list):
        for operation in patch:
            _operate(manifest, **operation)
    else:
        changes = {name: value for name, value in patch.items() if name not in {"apiVersion", "kind", "metadata"}}
        _merge(manifest, copy.deepcopy(changes))


def _operate(manifest: Manifest, *, op: str, path: str, value: Any = None) -> None:
    *way, last = path.strip("/").split("/")
    at = manifest
    for name in way:
        at = at[name]
    assert last in at, f"{manifest['metadata']['name']} has no {path}"
    if op == "remove":
        del at[last]
    else:
        assert op == "replace"
        at[last] = value


def _merge(into: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        elif name in _BY and name in into:
            _join(into[name], value, _BY[name])
        else:
            into[name] = value


def _join(into: list[dict[str, Any]], changes: list[dict[str, Any]], key: str) -> None:
    for change in changes:
        same = next((one for one in into if one[key] == change[key]), None)
        if same is None:
            into.append(change)
        else:
            _merge(same, change)


def pod_of(manifest: Manifest) -> dict[str, Any]:
    """The pod that it starts; empty where it starts none."""
    told = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        told = told["jobTemplate"]["spec"]
    pod: dict[str, Any] = told.get("template", {}).get("spec", {})
    return pod


def _name_image(manifest: Manifest, image: dict[str, str]) -> None:
    pod = pod_of(manifest)
    for container in pod.get("containers", []):
        if container.get("image", "").partition(":")[0] == image["name"]:
            container["image"] = f"{image['newName']}:{image['newTag']}"
