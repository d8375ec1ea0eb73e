"""Imports point downward: the layers of CONTRIBUTING.md, checked over every module."""

import ast
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent / "src" / "crucible_tools"
TESTS = Path(__file__).parent

# Rooms of one row never import each other, but for the first row: its rooms are all values and names.
LAYERS = [
    ["model", "errors", "config"],
    ["rune", "events", "monitoring", "store", "formats"],
    ["engine"],
    ["legacy"],
    ["migration"],
    ["operations"],
    ["cli", "servers"],
    ["__main__"],
]
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}

# Names that some files keep to themselves, and the only files that may import them.
KEEPERS = {
    "wasmtime": {"engine/wasm/capi.py", "engine/wasm/runtime.py"},
    "wasmtime._bindings": {"engine/wasm/capi.py"},
}


class WithoutTypes(ast.NodeTransformer):
    """Drops what stands below `if TYPE_CHECKING`."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse
        return self.generic_visit(node)


def modules() -> list[Path]:
    return sorted(path.relative_to(SOURCES) for path in SOURCES.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imports(path: Path, package: str, *, types: bool = True) -> Iterator[tuple[int, str]]:
    """Line and absolute name of everything that a file imports; `types`: below `if TYPE_CHECKING` too."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    if not types:
        tree = WithoutTypes().visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def own_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of what a module imports from this package."""
    package = ".".join(["crucible_tools", *path.parent.parts])
    for line, name in imports(SOURCES / path, package):
        parts = name.split(".")
        if parts[0] == "crucible_tools" and len(parts) > 1 and parts[1] != "__version__":
            yield line, parts[1]


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_from_layers_below_its_own(path: Path) -> None:
    if path == Path("__init__.py"):
        return  # the package's front door names everything, lazily
    room = room_of(path)
    assert room in RANK, f"{path}: {room} is in no layer; add it to LAYERS and to CONTRIBUTING.md"
    wrong = [
        f"{path}:{line} imports {other}"
        for line, other in own_imports(path)
        if other != room and RANK.get(other, len(LAYERS)) >= max(RANK[room], 1)
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    """Imports inside functions count; those for types only do not: nothing is imported by them when the code runs."""
    names = {name_of(path): path for path in modules() if path != Path("__init__.py")}
    graph = {name: targets(path, names) - {name} for name, path in names.items()}
    while leaves := [name for name, needs in graph.items() if not needs & graph.keys()]:
        for name in leaves:
            del graph[name]
    assert not graph, f"among these some import each other in a ring: {sorted(graph)}"


def name_of(path: Path) -> str:
    parts = ["crucible_tools", *path.with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def targets(path: Path, names: Container[str]) -> set[str]:
    """The modules that a module imports: `from a.b import c` is `a.b.c` when that is a module, else `a.b`."""
    package = ".".join(["crucible_tools", *path.parent.parts])
    found = {name for _, name in imports(SOURCES / path, package, types=False)}
    return {name if name in names else name.rpartition(".")[0] for name in found}


@pytest.mark.parametrize(("name", "keepers"), KEEPERS.items())
def test_only_its_keepers_import_a_kept_name(name: str, keepers: set[str]) -> None:
    importers = {
        path.as_posix()
        for path in modules()
        for _, imported in imports(SOURCES / path, "crucible_tools")
        if f"{imported}.".startswith(f"{name}.")
    }
    assert importers == keepers


def test_every_layer_is_in_the_contributing_guide() -> None:
    guide = (SOURCES.parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = guide.partition("## Layers")[2].partition("## ")[0]
    assert [room for room in RANK if f"`{room}`" not in table] == []


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_reaches_into_private_names(path: Path) -> None:
    private = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports(path, "tests")
        if name.startswith("crucible_tools.") and any(is_private(part) for part in name.split("."))
    ]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    private += [
        f"{path.name}:{node.lineno} reads .{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and is_private(node.attr)
        and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
    ]
    assert private == []


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")
