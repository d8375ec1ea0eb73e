"""Source files as a migration sees them: what they are, what they define, and their bytes."""

from dataclasses import dataclass, field

from crucible_tools.formats.diffs import unified_diff
from crucible_tools.model.enums import FileKind
from crucible_tools.model.hooks import HookHandler
from crucible_tools.model.locations import Diagnostic
from crucible_tools.model.tools import Repair, ToolDefinition
from crucible_tools.store.records import content_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A tool that a file means to define and can't.

    Args:
        name: its name as the source shows it, else the file's stem.
        guessed: whether the name is only a guess.
        reason: why, in one sentence.
        code: stable code of the reason.
        hint: what would help.
        capabilities: what its host functions need, as far as that can be seen.
    """

    name: str
    guessed: bool
    reason: str
    code: str | None = None
    hint: str | None = None
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file that was found.

    Args:
        directory: the migration directory, as the state records it (`Place.portable`).
        path: relative to it, with slashes.
        kind: what it is.
        tools: what it defines, in the order of the source.
        hooks: the functions that it offers as hooks; none of a source that does not compile.
        broken: what it means to define and can't.
        readable: whether its bytes could be read as text.
        unseen: whether its bytes were not seen at all, so that it may define anything.
        unforeseen: the traceback, where reading it failed in a way that nobody foresaw.
        passing: whether the next attempt to read it may work.
        is_folder: whether it is no file but a folder that can't be listed.
        reasons: what else there is to say.
        diagnostics: what the compiler says.
        host_functions: canonical names of the host functions that it names.
        text: what the engine loads.
        original: what is in the file; it differs from `text` when that was repaired.
        repairs: what was done to it.
        bom: whether the file begins with a byte-order mark, which `text` does not have.
        content_hash: SHA-256 of the file's bytes.
        kept: whether this is what an earlier run kept, for the same bytes.
        code_hash: digest of the file without comments and blank space; None for what is no Rune.
        needs: capability, host function and line of each place where `text` names one, by line.
        seconds: wall time of reading it; 0 for what an earlier run has read.
    """

    directory: str
    path: str
    kind: FileKind
    tools: tuple[ToolDefinition, ...] = ()
    hooks: tuple[HookHandler, ...] = ()
    broken: tuple[Broken, ...] = ()
    readable: bool = True
    unseen: bool = False
    unforeseen: str = ""
    passing: bool = False
    is_folder: bool = False
    reasons: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    host_functions: tuple[str, ...] = ()
    text: str = ""
    original: str = ""
    repairs: tuple[Repair, ...] = ()
    bom: bool = False
    content_hash: str = ""
    kept: bool = False
    code_hash: str | None = None
    needs: tuple[tuple[str, str, int], ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def file(self) -> str:
        """The whole path, as the state records it: what a name stays with."""
        return joined(self.directory, self.path)

    def has(self, file: str) -> bool:
        """Whether a recorded file is this one, or lies below this folder."""
        if not self.is_folder:
            return file == self.file
        folder = self.directory if self.path == "." else self.file
        return folder == "." or file.startswith(f"{folder}/")

    @property
    def stem(self) -> str:
        """The name without folder and ending: what a tool is called that does not say its name."""
        name = self.path.rpartition("/")[2]
        return name.rpartition(".")[0] or name

    @property
    def is_broken(self) -> bool:
        """Whether it does not compile, or could not even be read: then it may define more than it shows."""
        if not self.readable or self.kind is FileKind.INVALID:
            return True
        return any(item.severity == "error" for item in self.diagnostics)

    @property
    def fails(self) -> bool:
        """Whether it means to define a tool and can't, or may, for all that could be seen of it."""
        return bool(self.broken) or self.unseen

    @property
    def migrated_hash(self) -> str:
        """SHA-256 of what the engine loads."""
        return content_hash(self.text.encode())

    @property
    def diff(self) -> str:
        """The repairs as a unified diff."""
        return unified_diff(self.original, self.text, self.file, self.file)

    @property
    def content(self) -> bytes:
        """The file's bytes as found."""
        return (b"\xef\xbb\xbf" if self.bom else b"") + self.original.encode()


def joined(directory: str, path: str) -> str:
    """Two recorded paths as one."""
    return path if directory in (".", "") else f"{directory}/{path}"
