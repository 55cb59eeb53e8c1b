"""The catalogue has what DCAT-AP-SE 3.0.1 demands, in a form that the national portal harvests."""

import re
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD
from rdflib.term import Node

from publication import opendata
from publication.opendata_rows import RUN_TABLES
from publication.rdf import Literal as Text
from publication.rdf import Thing, rdf_xml, turtle
from tests.publication.published import Published

pytestmark = pytest.mark.django_db
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
CC0 = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
MANY = 1_000
# Class -> property -> how many times at least and at most.
# Source: the profile's templates with their cardinalities, https://docs.dataportal.se/dcat/3.0.1/en/.
MANDATORY: dict[URIRef, dict[URIRef, tuple[int, int]]] = {
    DCAT.Catalog: {
        DCTERMS.title: (1, MANY),
        DCTERMS.description: (1, MANY),
        DCTERMS.publisher: (1, 1),
        DCTERMS.license: (1, 1),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, MANY),
        DCTERMS.description: (1, MANY),
        DCTERMS.publisher: (1, 1),
        DCTERMS.issued: (0, 1),
        DCTERMS.accessRights: (0, 1),
        DCAT.contactPoint: (0, MANY),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, 1),
        DCTERMS.format: (1, 1),
        DCTERMS.license: (0, 1),
    },
    DCAT.DataService: {DCTERMS.title: (1, MANY), DCAT.endpointURL: (1, 1)},
    FOAF.Agent: {FOAF.name: (1, MANY), DCTERMS.type: (1, 1)},
    VCARD.Organization: {VCARD.fn: (1, MANY), VCARD.hasEmail: (1, MANY)},
    VCARD.Voice: {VCARD.hasValue: (1, 1)},
    DCTERMS.PeriodOfTime: {DCAT.startDate: (0, 1), DCAT.endDate: (0, 1)},
}
IN_WORDS = (DCTERMS.title, DCTERMS.description, FOAF.name, DCAT.keyword)
# Source: the profile's template of formats that are written by hand.
MEDIA_TYPE = re.compile(r"\w+/[-.\w]+(?:\+[-.\w]+)?(\s*;\s*\w+=\w+)?")


@pytest.fixture(autouse=True)
def agency(settings: Any) -> None:
    """The agency can be reached, and every catalogue is made anew."""
    settings.AGENCY_NAME = "Myndigheten"
    settings.AGENCY_EMAIL = "platsplan@agency.example"
    settings.AGENCY_PHONE = "08-465 004 00"
    caches["pages"].clear()
    opendata._data.forget()


def catalogue(client: Client, extension: str = "rdf") -> Graph:
    """The catalogue as it is harvested."""
    answer = client.get(f"/open-data/catalogue.{extension}")
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format="xml" if extension == "rdf" else "turtle")


def faults(graph: Graph) -> list[tuple[Node, Node, int]]:
    """Things, properties and how often they stand, where the profile demands another count."""
    return [
        (thing, name, count)
        for kind, properties in MANDATORY.items()
        for thing in graph.subjects(RDF.type, kind)
        for name, (least, most) in properties.items()
        if not least <= (count := _count(graph, thing, name)) <= most
    ]


def _count(graph: Graph, thing: Node, name: URIRef) -> int:
    return len(set(graph.objects(thing, name)))


def test_every_thing_has_what_the_profile_demands(published: Published, client: Client) -> None:
    graph = catalogue(client)
    kinds = set(graph.objects(None, RDF.type))
    assert kinds == set(MANDATORY)
    assert faults(graph) == []
    for name in IN_WORDS:
        assert {text.language for text in graph.objects(None, name) if isinstance(text, Literal)} >= {"sv"}
        assert all(isinstance(text, Literal) and text.language for text in graph.objects(None, name))
    for extension in ("rdf", "ttl"):
        without = catalogue(client, extension)
        without.remove((None, DCTERMS.format, None))
        assert len(faults(without)) == 3 * (2 + len(RUN_TABLES))


def test_both_forms_say_the_same(published: Published, client: Client) -> None:
    assert isomorphic(catalogue(client, "rdf"), catalogue(client, "ttl"))


def test_the_portal_finds_licence_format_and_identity(published: Published, client: Client) -> None:
    graph = catalogue(client)
    assert set(graph.objects(None, DCTERMS.license)) == {CC0}
    assert all(MEDIA_TYPE.fullmatch(str(one)) for one in graph.objects(None, DCTERMS.format))
    # Nothing is without an address, every address is whole, and an identifier is one data set's.
    everything = [node for triple in graph for node in triple]
    assert {type(node) for node in everything} == {URIRef, Literal}
    assert {node.split(":")[0] for node in everything if isinstance(node, URIRef)} <= {
        "http",
        "https",
        "mailto",
        "tel",
    }
    identifiers = list(graph.objects(None, DCTERMS.identifier))
    assert len(identifiers) == len(set(identifiers)) == len(RUN_TABLES)
    starts = [graph.value(period, DCAT.startDate) for period in graph.objects(None, DCTERMS.temporal)]
    assert starts == [Literal("2022-01-01", datatype=XSD.date)] * len(RUN_TABLES)


def test_every_address_in_the_catalogue_answers(published: Published, client: Client) -> None:
    graph = catalogue(client)
    [whole] = graph.subjects(RDF.type, DCAT.Catalog)
    sets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert sets == set(graph.objects(whole, DCAT.dataset))
    assert len(sets) == 2 + len(RUN_TABLES)
    [service] = graph.objects(whole, DCAT.service)
    assert set(graph.objects(service, DCAT.servesDataset)) == sets
    names = (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL, DCAT.endpointDescription, FOAF.page)
    addresses = {str(address) for name in names for address in graph.objects(None, name)}
    assert len(addresses) == 3 * len(sets) + 3
    for address in addresses:
        assert client.get("/" + address.split("/", 3)[3]).status_code == 200, address
    [contact] = set(graph.objects(None, DCAT.contactPoint))
    phone = graph.value(contact, VCARD.hasTelephone)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:platsplan@agency.example")
    assert graph.value(phone, VCARD.hasValue) == URIRef("tel:+46846500400")


def test_an_agency_without_an_address_has_no_half_a_contact(
    published: Published, client: Client, settings: Any
) -> None:
    settings.AGENCY_EMAIL = ""
    graph = catalogue(client)
    assert faults(graph) == []
    assert not list(graph.objects(None, DCAT.contactPoint))
    assert not list(graph.subjects(RDF.type, VCARD.Organization))


@pytest.mark.parametrize("extension", ["rdf", "ttl"])
def test_a_name_cannot_break_out_of_the_catalogue(
    published: Published, client: Client, settings: Any, extension: str
) -> None:
    settings.AGENCY_NAME = 'Verket "för\\vård"\n<x> & .'
    names = {str(name) for name in catalogue(client, extension).objects(None, FOAF.name)}
    assert names == {settings.AGENCY_NAME}


@pytest.mark.parametrize(("write", "form"), [(turtle, "turtle"), (rdf_xml, "xml")])
def test_signs_that_xml_cannot_hold_are_left_out(write: Any, form: str) -> None:
    thing = Thing("https://a.example/x y", "foaf:Agent", (("foaf:name", Text("a\x00b\x0b\r\nc", "sv")),))
    graph = Graph().parse(data=write([thing]), format=form)
    assert list(graph.subject_objects(FOAF.name)) == [
        (URIRef("https://a.example/x%20y"), Literal("ab\nc", lang="sv"))
    ]
