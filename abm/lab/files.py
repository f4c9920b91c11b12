"""Files that are whole or not there: written under a temporary name, synced, renamed, and known by their checksum."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
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


def write_arrow(table: pa.Table, path: Path) -> str:
    """Write a table in Arrow's own format, which takes a third of the time for a few rows; otherwise as `write_table`."""
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)

    def write(to: Path) -> None:
        with pa.OSFile(str(to), "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table)

    return write_whole(path, write)


def read_arrow(folder: Path, name: str, checksum: str) -> pa.Table:
    """A table that `write_arrow` wrote; raises ConfigError where it is missing or not what was written."""
    import pyarrow as pa

    data = verified(folder, name, checksum).read_bytes()
    return pa.ipc.open_file(pa.BufferReader(data), options=pa.ipc.IpcReadOptions(use_threads=False)).read_all()


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


def read_table(path: Path, columns: Sequence[str] | None = None, categories: Sequence[str] = ()) -> pa.Table:
    """The table of a Parquet file, or some columns of it; `categories` are read as such where they are text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pa.OSFile(
        str(path)
    ) as file:  # with a file of Python's, its threads may abort the process at its end (arrow 34314)
        read = {"columns": columns, "read_dictionary": list(categories), "page_checksum_verification": True}
        return pq.read_table(file, **read)


def read_verified(folder: Path, name: str, checksum: str) -> pa.Table:
    """A data file of a folder; raises ConfigError where it is missing or not what was written."""
    return read_table(verified(folder, name, checksum))


def lock(folder: Path) -> int | None:
    """Lock a folder, made where it is missing, for this process; the lock goes with the process, however it ends.

    Raises ConfigError where that cannot be, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ConfigError(f"{folder}: is not a folder, so results cannot be written there") from None
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror})") from None
    handle = None
    if fcntl is not None:
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            words = "another batch is writing there; wait for it or choose another folder"
            raise ConfigError(f"{folder}: {words}") from None
    try:
        probe = folder / f".probe.{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        if handle is not None:
            os.close(handle)
        raise ConfigError(f"{folder}: cannot be written to ({error.strerror})") from None
    return handle


def free_bytes(folder: Path) -> int:
    """Bytes that are free where a folder is, or where it would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def move_into_place(staged: Path, folder: Path, checksums: Mapping[str, str]) -> None:
    """Move finished files out of the folder where they were made; those that are not what the checksums say stay.

    It can be done again after a crash in the middle.
    """
    for name, checksum in checksums.items():
        source = staged / name
        if source.exists() and digest(source) == checksum:
            (folder / name).parent.mkdir(exist_ok=True)
            source.replace(folder / name)
            sync_folder((folder / name).parent)
    sync_folder(folder)


def forget_temporary(folder: Path) -> None:
    """Remove what `write_whole` could not finish because its process was killed."""
    for path in folder.glob(".*.*"):
        if path.suffix[1:].isdigit() and path.is_file():
            path.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
