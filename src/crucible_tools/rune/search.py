"""Where legacy sources are looked for: several roots, and the rules by which files count."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crucible_tools.config import MAX_FILE_BYTES, SOURCE_EXTENSIONS, MigrationManagerConfig, RuneServiceConfig
from crucible_tools.errors import DirectoryNotFound
from crucible_tools.rune.discovery import DiscoveredFile, discover


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where sources are looked for, and which files count (legacy-tools.md, "Finding files").

    Args:
        roots: folders or single files; the default ones may be missing.
        recursive: whether subfolders count.
        extensions: endings of sources, with the dot.
        excluded: names of folders to leave out, beside the ones that are always left out.
        max_file_size: bytes; larger files are not read.
    """

    roots: tuple[Path, ...]
    recursive: bool = True
    extensions: tuple[str, ...] = SOURCE_EXTENSIONS
    excluded: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_BYTES

    @staticmethod
    def of_service(config: RuneServiceConfig) -> Search:
        """The search of the original service."""
        return Search(
            roots=config.directories,
            recursive=config.recursive,
            extensions=config.extensions,
            excluded=config.excluded,
            max_file_size=config.max_file_size,
        )

    def existing(self) -> tuple[Path, ...]:
        """The roots that are there, each once, in the order given.

        Raises:
            DirectoryNotFound: one that was named is not; a missing default one is ignored.
        """
        present = tuple(dict.fromkeys(root for root in self.roots if is_there(root)))
        if self.roots != MigrationManagerConfig.DEFAULT_DIRECTORIES:
            for root in self.roots:
                if root not in present:
                    raise DirectoryNotFound(
                        f"the folder {root} does not exist",
                        hint=f"it was looked for as {root.absolute()}",
                    )
        return present


def is_there(path: Path) -> bool:
    """Whether a file or folder is there, or can't be looked at: whoever reads it then says so."""
    try:
        return path.exists()
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG


def find_files(search: Search) -> list[DiscoveredFile]:
    """All files of a search, in the order of its roots and then of their paths; none twice.

    Raises:
        DirectoryNotFound: a root that was named does not exist.
    """
    found: dict[Path, DiscoveredFile] = {}
    for root in search.existing():
        for file in below(root, search):
            found.setdefault(file.path.absolute(), file)
    return list(found.values())


def below(root: Path, search: Search) -> Sequence[DiscoveredFile]:
    """The files below one root, as a search finds them, in the order of their paths; a file is its own root."""
    if os.path.isfile(root):
        return [DiscoveredFile(root, root.parent, root.name, root.stat().st_size)]
    return discover(
        root,
        extensions=search.extensions,
        excluded=search.excluded,
        max_file_size=search.max_file_size,
        recursive=search.recursive,
    )


def find_one(search: Search, root: Path, relative: str) -> list[DiscoveredFile]:
    """The one file of this path below a root, as a search finds it; none when it is not there any more."""
    if not os.path.isdir(root):
        return []
    return [file for file in below(root, search) if file.relative == relative]
