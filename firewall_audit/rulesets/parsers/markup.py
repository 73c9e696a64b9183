"""XML as firewalls write it, read with the line of each element; entities, document types and references outside are refused by name. Pure. [FW-2, SW-10]"""

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden
from defusedxml.ElementTree import DefusedXMLParser

from firewall_audit.rulesets.model import Unreadable

DEEPEST = 100


@dataclass(slots=True)
class Element:
    """One element: its tag, attributes, own text, children, and the line where it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, tag: str) -> list["Element"]:
        """The children of this tag."""
        return [one for one in self.children if one.tag == tag]

    def first(self, *path: str) -> "Element | None":
        """The first element down a path of tags, or None."""
        found: Element | None = self
        for tag in path:
            found = next((one for one in found.children if one.tag == tag), None) if found is not None else None
        return found

    def said(self, *path: str) -> str:
        """The text at the end of a path, without blanks around it; empty where there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""

    def has(self, tag: str) -> bool:
        """Whether there is such a child, be it empty: a flag."""
        return self.first(tag) is not None


class _Builder:
    """What the XML parser tells as it reads."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.expat: Any = None
        self._open: list[Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.expat.CurrentLineNumber if self.expat is not None else 0
        if len(self._open) >= DEEPEST:
            raise Unreadable(line, f"elements lie more than {DEEPEST} deep in one another")
        made = Element(tag, attributes, line)
        if self._open:
            self._open[-1].children.append(made)
        elif self.root is None:
            self.root = made
        self._open.append(made)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser's own form
        self._open.pop()

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def close(self) -> "Element | None":
        return self.root


def read_markup(text: str) -> Element:
    """Read a document. Raises Unreadable, naming the line, for anything that is no plain XML."""
    target = _Builder()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    target.expat = parser.parser
    try:
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        parser.close()
    except DTDForbidden:
        raise Unreadable(_line(target), "a document type stands in the XML; none is read") from None
    except EntitiesForbidden:
        raise Unreadable(_line(target), "an entity is declared in the XML; none is read") from None
    except ExternalReferenceForbidden:
        raise Unreadable(_line(target), "the XML refers to something outside; nothing is fetched") from None
    except ParseError as fault:
        raise Unreadable(fault.position[0], "this is no well-formed XML") from None
    except (ValueError, UnicodeError) as fault:
        if isinstance(fault, Unreadable):
            raise
        raise Unreadable(_line(target), "this is no well-formed XML") from None
    if target.root is None:
        raise Unreadable(1, "the XML is empty")
    return target.root


def _line(target: _Builder) -> int:
    return int(getattr(target.expat, "CurrentLineNumber", 0) or 1)
