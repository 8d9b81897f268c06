"""Lines of keys in a TOML text, so that a mistake can be pointed at. tomllib keeps no positions; tree-sitter does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

Path = tuple[str | int, ...]


class TomlLines:
    """Maps key paths such as ("claims", 2, "when", "end") to 1-based lines."""

    def __init__(self, text: str) -> None:
        import tree_sitter_toml  # noqa: PLC0415 - only when a mistake has to be located
        from tree_sitter import Language, Parser  # noqa: PLC0415 - only when a mistake has to be located

        self._lines: dict[Path, int] = {}
        root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
        self._walk_document(root)

    def line(self, path: Path) -> int | None:
        """Line of the path, or of the nearest table around it that stands in the file."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return None

    def _walk_document(self, root: Node) -> None:
        counts: dict[Path, int] = {}
        for node in root.children:
            if node.type == "pair":
                self._pair(node, ())
                continue
            if node.type not in ("table", "table_array_element"):
                continue
            prefix = _resolved(_key(_header(node)), counts)
            if node.type == "table_array_element":
                counts[prefix] = counts.get(prefix, -1) + 1
                self._note(prefix, node)
                prefix = (*prefix, counts[prefix])
            self._note(prefix, node)
            for child in node.children:
                if child.type == "pair":
                    self._pair(child, prefix)

    def _note(self, path: Path, node: Node) -> None:
        self._lines.setdefault(path, node.start_point[0] + 1)

    def _pair(self, node: Node, prefix: Path) -> None:
        named = node.named_children
        path = (*prefix, *_key(named[0]))
        self._note(path, node)
        if len(named) > 1:
            self._value(named[1], path)

    def _value(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, path)
        elif node.type == "array":
            for i, child in enumerate(c for c in node.named_children if c.type != "comment"):
                self._note((*path, i), child)
                self._value(child, (*path, i))


def _header(node: Node) -> Node:
    return next(c for c in node.named_children if c.type in ("bare_key", "quoted_key", "dotted_key"))


def _key(node: Node) -> tuple[str, ...]:
    return tuple(_parts(node))


def _parts(node: Node) -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _parts(child)
    else:
        yield (node.text or b"").decode().strip("\"'")


def _resolved(key: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Insert the running index behind each array of tables that the key passes through."""
    path: Path = ()
    for part in key[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return (*path, key[-1])
