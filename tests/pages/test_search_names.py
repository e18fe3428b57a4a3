"""Names in a search text, and the spellings that are looked up in the CDP."""

from __future__ import annotations

import pytest

from orders.search_text import lookup
from orders.search_text.names import normalize, spellings


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Jane Doyle", "Jane", "Doyle"),
        ("  Jane   Doyle \n", "Jane", "Doyle"),
        ("“Jane Doyle”", "Jane", "Doyle"),
        ("Jane\u00a0Doyle", "Jane", "Doyle"),
        ("Jane\u3000Doyle", "Jane", "Doyle"),
        ("Jane Doyle.", "Jane", "Doyle"),
        ("JANE DOYLE", "JANE", "DOYLE"),
        ("Jane Mary Doyle", "Jane Mary", "Doyle"),
        ("Doyle, Jane", "Jane", "Doyle"),
        ("De la Cruz, María", "María", "De la Cruz"),
        ("DOYLE/JANE MRS", "Jane", "Doyle"),
        ("DOYLE/JANEMRS", "Jane", "Doyle"),
        ("DOYLE/JANE", "Jane", "Doyle"),
        ("O’NEILL/MARIA JOSE MS", "Maria Jose", "O'Neill"),
        ("1.DOYLE/JANE MRS", "Jane", "Doyle"),
        ("1.DOYLE/JANE MRS 2.DOYLE/TOM MR", "Jane", "Doyle"),
        ("Mrs Jane Doyle", "Jane", "Doyle"),
        ("Dr. Jane Doyle", "Jane", "Doyle"),
        ("Herr Max Müller", "Max", "Müller"),
        ("Mme Zoë Lefèvre", "Zoë", "Lefèvre"),
        ("Name: Jane Doyle", "Jane", "Doyle"),
        ("Passenger name: jane doyle", "jane", "doyle"),
        ("Jane Doyle (adult)", "Jane", "Doyle"),
        ("María-José O’Neill", "María-José", "O'Neill"),
        ("Mari\u0301a-Jose\u0301 O'Neill", "María-José", "O'Neill"),
        ("Jean-Luc de la Tour", "Jean-Luc", "de la Tour"),
        ("van der Berg", "", "van der Berg"),
        ("von Trapp", "", "von Trapp"),
        ("Mac Donald", "", "Mac Donald"),
        ("de Souza", "", "de Souza"),
        ("Van Morrison", "", "Van Morrison"),
        ("Vincent van Gogh", "Vincent", "van Gogh"),
        ("Frau Dr. Anna von der Heide", "Anna", "von der Heide"),
        ("José María de los Santos", "José María", "de los Santos"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("Leonardo da Vinci", "Leonardo", "da Vinci"),
        ("Ali bin Hassan", "Ali", "bin Hassan"),
        ("Seán Ó Briain", "Seán", "Ó Briain"),
        ("Abdul al-Rahman", "Abdul", "al-Rahman"),
        ("Ludwig van Beethoven Jr.", "Ludwig", "van Beethoven"),
        ("Amartya Sen", "Amartya", "Sen"),
        ("Park Jun", "Park", "Jun"),
        ("Martin Luther King, Jr.", "Martin Luther", "King"),
        ("DE LA TOUR/JEAN-LUC MR", "Jean-Luc", "De La Tour"),
        ("1.1DOYLE/JANE MRS", "Jane", "Doyle"),
        ("Señora García López", "García", "López"),
        ("Ursula von der Leyen (she/her)", "Ursula", "von der Leyen"),
        ("Passagier: VAN DIJK / PIETER MR", "Pieter", "Van Dijk"),
        ("passenger Jane Doyle", "Jane", "Doyle"),
        ("PASSENGER JANE DOYLE", "JANE", "DOYLE"),
        ("Passenger JANE DOYLE", "JANE", "DOYLE"),
        ("PAX MR JANE DOYLE", "JANE", "DOYLE"),
        ("KUNDE MAX MUSTERMANN", "MAX", "MUSTERMANN"),
        ("KUNDIN ANNA VON DER HEIDE", "ANNA", "VON DER HEIDE"),
        ("PASSENGER MARTIN DOYLE", "MARTIN", "DOYLE"),
        ("PASSENGER DOYLE/JANE MRS", "Jane", "Doyle"),
        ("pax DOYLE/JANE", "Jane", "Doyle"),
        ("PAX 1.DOYLE/JANE MRS 2.DOYLE/TOM MR", "Jane", "Doyle"),
        ("PASSENGER DOYLE, JANE", "JANE", "DOYLE"),
        ("PASSENGER DOYLE,JANE", "JANE", "DOYLE"),
        (
            "CUSTOMER WANTS REFUND",
            "WANTS",
            "REFUND",
        ),  # a sentence in capitals and a name cannot be told apart; it finds nobody
        ("KUNDE MAX", "KUNDE", "MAX"),  # a last name, too
        ("Monsieur Lefèvre", "", "Lefèvre"),
        ("J. R. R. Tolkien", "J. R. R.", "Tolkien"),
        ("d'Artagnan Charles", "d'Artagnan", "Charles"),
        ("Łukasz Żółć", "Łukasz", "Żółć"),
        ("Nguyễn Văn An", "Nguyễn Văn", "An"),
        ("Иван Петров", "Иван", "Петров"),
        ("山田 太郎", "山田", "太郎"),
        ("山田\u3000太郎", "山田", "太郎"),
        ("김 민수", "김", "민수"),
        ("سارة محمد", "سارة", "محمد"),
        ("می\u200cخواهم علی", "می\u200cخواهم", "علی"),
        ("क्\u200dष राम", "क्\u200dष", "राम"),
        ("Müller", "", "Müller"),
        ("O'Brien", "", "O'Brien"),
        ("Mr. and Mrs. Doyle", "", "Doyle"),
        ("SMITH/JOHN MR/MARY MRS", "John", "Smith"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
    ],
)
def test_a_name_is_read_with_its_last_word_as_the_last_name(text: str, first: str, last: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.first_name, reading.last_name) == ("name", first, last)
    assert last not in repr(reading)


@pytest.mark.parametrize(
    "text", ["MARTIN DOYLE", "DOYLE ABCDEF", "ABCDEF GHIJKL", "ABCDEF/GHIJKL", "Doyle", "DOYLE", "ABCDEF"]
)
def test_capitals_may_be_a_reference_or_a_name(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind == "reference"
    assert [other.kind for other in reading.also] == ["name"]


@pytest.mark.parametrize(
    ("text", "kind", "offered"),
    [
        ("passenger JANE DOYLE", "unreadable", ("JANE", "DOYLE")),
        ("customer WANTS REFUND", "unreadable", ("WANTS", "REFUND")),
        ("customer WANTS ABCDEF", "reference", ("WANTS", "ABCDEF")),
        ("customer wants refund", "unreadable", ("customer wants", "refund")),
        ("customer asks about ABCDEF", "reference", None),
    ],
)
def test_capitals_after_a_role_in_small_letters_may_be_a_name(
    text: str, kind: str, offered: tuple[str, str] | None
) -> None:
    reading = lookup.read(text)
    assert reading.kind == kind
    assert [(other.first_name, other.last_name) for other in reading.also] == ([offered] if offered else [])


@pytest.mark.parametrize("text", ["jane doyle", "jane van der berg", "山田太郎", "田中"])
def test_what_may_be_a_name_is_offered_as_one(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, [other.kind for other in reading.also]) == ("unreadable", ["name"])


@pytest.mark.parametrize(
    "text", ["Jane Doyle B94TXY", "Booking Jane", "Your Booking", "Where is Jane Doyle?", "Jane 2", "keine"]
)
def test_other_texts_are_no_names(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind != "name" and not any(other.kind == "name" for other in reading.also)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  Doyle ", "Doyle"),
        ("de\u00a0la\u3000Tour", "de la Tour"),
        ("O’Neill", "O'Neill"),
        ("O`Neill", "O'Neill"),
        ("Oʼ\u200bNeill", "O'Neill"),
        ("Jose\u0301", "José"),
        ("Anna–Lena", "Anna-Lena"),
        ("Doy\u00adle", "Doyle"),
        ("Doyle\x00", "Doyle"),
        ("Doyle\ufe0f", "Doyle"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Doy\u200dle", "Doyle"),
        ("ﬁona", "fiona"),
    ],
)
def test_names_have_one_spelling(typed: str, normal: str) -> None:
    assert normalize(typed) == normal


def test_an_apostrophe_is_tried_straight_and_curly_and_an_east_asian_name_in_both_orders() -> None:
    assert spellings("Jane", "Doyle") == (("Jane", "Doyle"),)
    assert spellings("D’Arcy", "O’Neill") == (("D'Arcy", "O'Neill"), ("D’Arcy", "O’Neill"))
    assert spellings("山田", "太郎") == (("山田", "太郎"), ("太郎", "山田"))
