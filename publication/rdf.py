"""Statements about things as RDF, written as Turtle or as RDF/XML: as much of both as the catalogue needs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Uri:
    """Another thing, by its address."""

    address: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text. `language` such as sv, or `datatype` with its prefix, such as xsd:date; never both."""

    text: str
    language: str = ""
    datatype: str = ""


Statement = tuple[str, Uri | Literal]


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing by its address, what kind it is, and what is said of it; names have a prefix of `PREFIXES`."""

    address: str
    kind: str
    statements: tuple[Statement, ...]


def turtle(things: Iterable[Thing]) -> str:
    """The things in Turtle. Source: W3C, RDF 1.1 Turtle."""
    heads = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in PREFIXES.items()]
    return "\n".join([*heads, "", *(_block(thing) for thing in things)])


def rdf_xml(things: Iterable[Thing]) -> str:
    """The things in RDF/XML. Source: W3C, RDF 1.1 XML Syntax."""
    for prefix, namespace in {"rdf": _RDF, **PREFIXES}.items():
        ElementTree.register_namespace(prefix, namespace)
    root = ElementTree.Element(f"{{{_RDF}}}RDF")
    for thing in things:
        node = ElementTree.SubElement(root, _qualified(thing.kind))
        node.set(f"{{{_RDF}}}about", _iri(thing.address))
        for name, said in thing.statements:
            statement = ElementTree.SubElement(node, _qualified(name))
            if isinstance(said, Uri):
                statement.set(f"{{{_RDF}}}resource", _iri(said.address))
                continue
            statement.text = _NOT_XML.sub("", said.text).replace("\r\n", "\n").replace("\r", "\n")
            if said.language:
                statement.set(_LANG, said.language)
            if said.datatype:
                statement.set(f"{{{_RDF}}}datatype", _namespaced(said.datatype))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _block(thing: Thing) -> str:
    lines = " ;\n  ".join(f"{name} {_written(said)}" for name, said in thing.statements)
    return f"<{_iri(thing.address)}> a {thing.kind} ;\n  {lines} .\n"


def _written(said: Uri | Literal) -> str:
    if isinstance(said, Uri):
        return f"<{_iri(said.address)}>"
    text = _NOT_XML.sub("", said.text).replace("\r\n", "\n").replace("\r", "\n")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if said.language:
        return f'"{escaped}"@{said.language}'
    return f'"{escaped}"^^{said.datatype}' if said.datatype else f'"{escaped}"'


def _iri(address: str) -> str:
    """An address where what may not stand in one is written as %-codes."""
    return "".join(c if c not in '<>"{}|^`\\ ' and c > " " else f"%{ord(c):02X}" for c in address)


def _namespaced(name: str) -> str:
    prefix, _colon, rest = name.partition(":")
    return PREFIXES[prefix] + rest


def _qualified(name: str) -> str:
    prefix, _colon, rest = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{rest}"
