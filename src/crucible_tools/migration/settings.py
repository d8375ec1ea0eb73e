"""What one migration works with, whichever of the two public configurations it came from."""

from dataclasses import dataclass
from pathlib import Path

from crucible_tools.config import (
    MAX_FILE_BYTES,
    SOURCE_EXTENSIONS,
    MigrationConfig,
    MigrationManagerConfig,
    RuneServiceConfig,
)
from crucible_tools.errors import ConfigurationError, DirectoryNotFound
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.policy import Policy


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

    def existing(self) -> tuple[Path, ...]:
        """The roots that are there, each once, in the order given.

        Raises:
            DirectoryNotFound: one that was named is not; a missing default one is ignored.
        """
        present = tuple(dict.fromkeys(root for root in self.roots if _is_there(root)))
        if self.roots != MigrationManagerConfig.DEFAULT_DIRECTORIES:
            for root in self.roots:
                if root not in present:
                    raise DirectoryNotFound(
                        f"the migration directory {root} does not exist",
                        hint=f"it was looked for as {root.absolute()}",
                    )
        return present


def _is_there(root: Path) -> bool:
    try:
        return root.exists()
    except OSError:
        return True  # it can't be looked at, which the search reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One migration's search, target and record."""

    search: Search
    policy: Policy
    mode: MigrationMode = MigrationMode.INCREMENTAL
    validation: ValidationMode = ValidationMode.BASIC
    preserve_tool_ids: bool = True
    repair: RepairMode = RepairMode.SAFE
    lock_timeout_s: float = 0.0


def of_manager(config: MigrationManagerConfig, lock_timeout_s: float = 0.0) -> Settings:
    """The settings of a `Phase51MigrationManager`.

    Raises:
        ConfigurationError: it asks for something that this version does not do.
    """
    refuse_unsupported(config)
    return Settings(
        search=Search(roots=config.migration_directories),
        policy=effective_policy(config.policy, config.security_level),
        mode=config.mode,
        validation=config.validation_mode,
        repair=config.repair,
        lock_timeout_s=lock_timeout_s,
    )


def of_bridge(rune: RuneServiceConfig, migration: MigrationConfig) -> Settings:
    """The settings of a `ToolMigrationBridge`."""
    return Settings(
        search=Search(
            roots=rune.directories,
            recursive=rune.recursive,
            extensions=rune.extensions,
            excluded=rune.excluded,
            max_file_size=rune.max_file_size,
        ),
        policy=effective_policy(migration.policy, migration.security_level),
        preserve_tool_ids=migration.preserve_tool_ids,
        repair=migration.repair,
    )


def effective_policy(policy: Policy | None, level: SecurityLevel) -> Policy:
    """A custom policy, else the level's."""
    return policy or Policy.for_level(level)


def refuse_unsupported(config: MigrationManagerConfig) -> None:
    """Refuse what the contract has and this version has not, rather than do something else.

    Raises:
        ConfigurationError: naming the field and what to use instead.
    """
    wanted = (
        (config.mode is MigrationMode.FULL, "mode", "full", "incremental"),
        (config.validation_mode is ValidationMode.COMPREHENSIVE, "validation_mode", "comprehensive", "basic"),
        (config.rollback_on_failure, "rollback_on_failure", "true", "false"),
        (config.enable_parallel_migration, "enable_parallel_migration", "true", "false"),
        (not config.preserve_original_service, "preserve_original_service", "false", "true"),
    )
    for asked, field, value, instead in wanted:
        if asked:
            raise ConfigurationError(
                f"{field}={value} is not available in this version of crucible-tools", hint=f"use {field}={instead}"
            )
