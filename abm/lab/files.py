"""Files that are whole or not there: written under a temporary name, synced, renamed, and known by their checksum."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from abm.config import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

try:
    import fcntl
except ImportError:  # Windows: no lock, so two writers on one folder are not noticed there
    fcntl = None  # type: ignore[assignment]


def digest(path: Path) -> str:
    """The checksum that the manifest keeps of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(path: Path, write: Callable[[Path], object]) -> str:
    """Let `write` make a file under a temporary name, then put it in its place; returns its checksum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        checksum = digest(temporary)
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return checksum


def write_table(table: pa.Table, path: Path) -> str:
    """Write a table as Parquet, whole or not at all; returns its checksum."""
    import pyarrow.parquet as pq

    return write_whole(path, lambda to: pq.write_table(table, to, compression="zstd", write_page_checksum=True))


def verified(folder: Path, name: str, checksum: str) -> Path:
    """The path of a data file of a folder; raises ConfigError where it is missing or not what was written."""
    path = folder / name
    try:
        found = digest(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    if found != checksum:
        raise ConfigError(f"{path}: damaged or changed since it was written (its checksum is not the manifest's)")
    return path


def read_table(path: Path) -> pa.Table:
    """The table of a Parquet file."""
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        return pq.read_table(file)


def read_verified(folder: Path, name: str, checksum: str) -> pa.Table:
    """A data file of a folder; raises ConfigError where it is missing or not what was written."""
    return read_table(verified(folder, name, checksum))


def lock(folder: Path) -> int | None:
    """Lock a folder, made where it is missing, for this process; the lock goes with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ConfigError(f"{folder}: is not a folder, so results cannot be written there") from None
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"{folder}: cannot be written to")
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise ConfigError(f"{folder}: another batch is writing there; wait for it or choose another folder") from None
    return handle


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
