"""Columns that stay as the lines wrote them say what the same columns value by value say. [FW-3]"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.formats.coded import END, Numbers, Stamps, Words, between
from firewall_audit.formats.envelope import decode
from firewall_audit.formats.texts import Texts

WORDS = st.text(st.characters(exclude_characters="\n\x00", exclude_categories=["Cs"]), max_size=5)
DAY = datetime(1904, 10, 5)  # noqa: DTZ001 - a line says neither year nor zone


@st.composite
def filling(draw, value):
    """Draw a column, where something is put into it, and what."""
    column = draw(st.lists(value, max_size=8))
    places = sorted(draw(st.lists(st.integers(0, len(column)), max_size=4)))
    return column, [0, *places, len(column)], [draw(value) for _ in places]


@given(filling(WORDS))
def test_words_put_between_words_stand_where_they_belong(drawn):
    column, cuts, values = drawn
    coded = Words(END.join(column), len(column), str.upper)
    assert coded.filled(cuts, values) == between([one.upper() for one in column], cuts, values)


def test_a_word_with_an_end_of_line_makes_no_row_of_its_own():
    assert Words("a\nb", 2, str.upper).filled([0, 1, 2], ["two\nlines"]) == ["A", "two\nlines", "B"]


@given(filling(st.none() | st.integers(0, 2**40)))
def test_numbers_keep_their_place_and_none_is_none(drawn):
    column, cuts, values = drawn
    coded = Numbers(END.join("" if one is None else str(one) for one in column), len(column))
    assert coded == column
    assert coded.filled(cuts, values) == between(column, cuts, values)


@given(filling(st.integers(0, 86_399)))
def test_times_are_their_minute_and_their_second(drawn):
    column, cuts, values = drawn
    seconds = Numbers(END.join(str(one % 60) for one in column), len(column))
    minutes = END.join(str(one // 60) for one in column)
    stamps = Stamps(minutes, seconds, lambda text: DAY + timedelta(minutes=int(text)))
    put = [DAY + timedelta(seconds=one, microseconds=7) for one in values]
    assert stamps.filled(cuts, put) == between([DAY + timedelta(seconds=one) for one in column], cuts, put)
    aware = [at.replace(tzinfo=UTC) for at in put]
    assert stamps.filled(cuts, aware) == between(list(stamps), cuts, aware)


@given(st.lists(st.binary(max_size=6), max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_texts_are_what_each_line_decodes_to(lines, start, end):
    texts, each = Texts(lines), [decode(line) for line in lines]
    assert list(texts) == each
    assert texts[start:end] == each[start:end]
    assert texts.joined(start, end) == "\n".join(each[start:end])
