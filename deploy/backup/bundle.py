"""A backup on disk: ``DATABASE/COLLECTION.bson.gz`` with its ``.metadata.json.gz`` (mongodump's layout), what was said
on the bus, and a manifest with the checksum of each file.

The folder has its name only when all of it is there; half a backup ends in ``.partial``.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_MANIFEST = "manifest.json"
_EVENTS = "events.jsonl.gz"
_DEFINITIONS = "rabbitmq-definitions.json.gz"


class Damaged(Exception):
    """What is on disk is not what was written."""


@dataclass(frozen=True)
class Part:
    """One file. ``items`` counts documents or lines."""

    sha256: str
    items: int


@dataclass(frozen=True)
class Said:
    """One event as it was on the bus."""

    routing_key: str
    body: str


@dataclass
class Manifest:
    """``moment`` is the databases' time; ``not_heard`` are messages by queue that waited there and are not in here."""

    made_at: str
    moment: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    not_heard: dict[str, int] = field(default_factory=dict)


class Bundle:
    """One backup's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def written(self, made_at: str) -> Iterator["Writing"]:
        """Write it; it gets its name at the end."""
        partial = self.folder.with_name(f"{self.folder.name}.partial")
        if self.folder.exists():
            raise FileExistsError(f"{self.folder} is there already")
        partial.mkdir(mode=0o700, parents=True)
        writing = Writing(partial, Manifest(made_at))
        yield writing
        (partial / _MANIFEST).write_text(json.dumps(asdict(writing.manifest), indent=1))
        os.replace(partial, self.folder)

    def checked(self) -> Manifest:
        """Read every file once. Raises ``Damaged``."""
        try:
            told = json.loads((self.folder / _MANIFEST).read_text())
        except (OSError, ValueError) as error:
            raise Damaged(f"{self.folder} has no manifest: it was never finished") from error
        manifest = Manifest(**{**told, "parts": {name: Part(**part) for name, part in told["parts"].items()}})
        for name, part in manifest.parts.items():
            if not (self.folder / name).exists() or _digest(self.folder / name) != part.sha256:
                raise Damaged(f"{name} is not what was written")
        return manifest

    def documents(self, name: str) -> Iterator[RawBSONDocument]:
        with gzip.open(self.folder / f"{name}.bson.gz", "rb") as stream:
            yield from bson.decode_file_iter(cast(BinaryIO, stream), RAW)

    def metadata(self, name: str) -> dict[str, object]:
        read: dict[str, object] = json.loads(gzip.decompress((self.folder / f"{name}.metadata.json.gz").read_bytes()))
        return read

    def said(self) -> list[Said]:
        """The oldest first; empty where nobody listened."""
        path = self.folder / _EVENTS
        lines = gzip.decompress(path.read_bytes()).decode().splitlines() if path.exists() else []
        return [Said(**json.loads(line)) for line in lines]


class Writing:
    """A backup that is being made."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self._folder = folder

    @contextmanager
    def documents(self, name: str) -> Iterator["Documents"]:
        """``name`` is DATABASE/COLLECTION."""
        with self._open(f"{name}.bson.gz") as stream:
            documents = Documents(stream)
            yield documents
        self._note(f"{name}.bson.gz", documents.count)

    def text(self, name: str, text: str, items: int = 1) -> None:
        with self._open(name) as stream:
            stream.write(text.encode())
        self._note(name, items)

    def metadata(self, name: str, text: str) -> None:
        self.text(f"{name}.metadata.json.gz", text)

    def said(self, events: Iterable[Said]) -> None:
        lines = [json.dumps(asdict(event), ensure_ascii=False) + "\n" for event in events]
        self.text(_EVENTS, "".join(lines), len(lines))

    def definitions(self, text: str) -> None:
        self.text(_DEFINITIONS, text)

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        with gzip.open(path, "wb", compresslevel=6) as stream:
            yield cast(BinaryIO, stream)

    def _note(self, name: str, items: int) -> None:
        self.manifest.parts[name] = Part(_digest(self._folder / name), items)


class Documents:
    """Takes documents one after the other."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def add(self, document: RawBSONDocument) -> None:
        self._stream.write(document.raw)
        self.count += 1


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
