"""Both rule sets, row by row: each row is a clause of the house, of NIST SP 800-63B-4 section 3.1.1.2 or of OWASP ASVS 5.0 6.2.

A row says what `house` and what `nist` make of one attempt. Where the house differs from a published rule on purpose the row says so.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

import iam
from iam.credentials import hashing, passwords
from iam.credentials.password_rules import Rules, flaws
from kernel.errors import Malformed, OmniError, Refused
from policy import book
from tests import world
from tests.iam.conftest import Hands
from tests.iam.credentials.test_password_rules import AFI, HOUSE, NIST, shipped_with

FINE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """One attempt, and what is wrong with it under each rule set; an empty set: nothing."""

    clause: str
    says: str
    attempt: str
    house: frozenset[str] = FINE
    nist: frozenset[str] = FINE


def row(clause: str, says: str, attempt: str, house: str = "", nist: str = "") -> Row:
    return Row(clause, says, attempt, frozenset(house.split()), frozenset(nist.split()))


ROWS = (
    row("PW-1", "at least 8 characters", "Kj8$gr!", "short", "short"),
    row("PW-1", "8 are enough", "Kj8$gr2!"),
    row("PW-2", "mixed case", "kj8$gr2!wq", "case"),
    row("PW-2", "mixed case", "KJ8$GR2!WQ", "case"),
    row("PW-2", "a digit or a special character", "KjqgrzWxwq", "sign"),
    row("PW-2", "a special character will do", "Kjqgrz-Wxwq"),
    row("PW-2", "no trivial words", "Sunshine!7", "trivial"),
    row("PW-2", "nothing tied to the user: the name", "Mensah-8842-q", "tied", "tied"),
    row("PW-2", "nothing tied to the user: the name reversed", "hasneM-8842-q", "tied", "tied"),
    row("PW-2", "nothing tied to the user: the telephone", "Qx-97001234-z", "tied", "tied"),
    row("PW-2", "nothing tied to the user: the site", "Cotonou-8842-q", "tied", "tied"),
    row("NIST 3.1.1.2-a", "8 characters where a second factor stands beside it", "vqz7wkxp", "case"),
    row("NIST 3.1.1.2-b", "at least 64 characters are permitted", "Nine grey herons stand. " * 8),
    row("NIST 3.1.1.2-c", "every printing sign of ASCII", "".join(chr(0x21 + at * 37 % 94) for at in range(94))),
    row("NIST 3.1.1.2-c", "the space", "Nine grey herons 4 stand"),
    row("NIST 3.1.1.2-d", "Unicode", "Ŵéířđ-ħéřøñ-9-štáňďş"),
    row("NIST 3.1.1.2-d", "a code point counts as one character", "Kj8$gr🦜", "short", "short"),
    row("NIST 3.1.1.2-d", "a code point counts as one character", "Kj8$gr2🦜"),
    row("NIST 3.1.1.2-e", "no rules of composition; the house has them, as its clause PW-2 says", "quiet heron mends umbrella", "case sign"),
    row("NIST 3.1.1.2-i", "compared with common passwords", "password1234", "case trivial", "trivial"),
    row("NIST 3.1.1.2-i", "compared with common passwords, whatever the case", "PassWord1234", "trivial", "trivial"),
    row("NIST 3.1.1.2-i", "repeated signs", "aaaaaaaaaaaaaaaa", "case sign trivial", "trivial"),
    row("NIST 3.1.1.2-i", "words of the context: the service's own name", "omniwarden-8842q", "case tied", "tied"),
    row("ASVS 6.2.1", "at least 8 characters", "Kj8$gr!", "short", "short"),
    row("ASVS 6.2.4", "the 3,000 most common that keep the rules", "iloveyou1", "case trivial", "trivial"),
    row("ASVS 6.2.5", "any composition; the house differs on purpose [PW-2]", "quiet heron mends umbrella", "case sign"),
    row("ASVS 6.2.9", "64 characters and more are permitted", "Seven blue parrots 9 mend" * 4),
    row("ASVS 6.2.11", "words of the context, reversed", "nedrawinmo-8842q", "case tied", "tied"),
    row("ASVS 6.2.12", "known from breaches", "qwertyuiop123", "case trivial", "trivial"),
)  # fmt: skip


def found(attempt: str, rules: Rules) -> frozenset[str]:
    return frozenset(flaw.key for flaw in flaws(attempt, rules, AFI))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.clause}: {r.says}: {r.attempt[:12]}")
def test_row(row: Row) -> None:
    assert (found(row.attempt, HOUSE), found(row.attempt, NIST)) == (row.house, row.nist)


def test_nist_3_1_1_2_a_fifteen_characters_where_it_stands_alone() -> None:
    with book.opened(shipped_with("nist")):
        from iam.credentials import password_rules

        alone = password_rules.in_force(only_factor=True)
    assert found("nine grey hero", alone) == {"short"}
    assert found("nine grey heron", alone) == FINE


def test_nist_3_1_1_2_d_normal_forms_are_one_password(database: str) -> None:
    loose, composed = "Kj8$gre\u0301!q", "Kj8$gr\u00e9!q"
    kept = hashing.hashed(composed)
    assert hashing.verify(kept, loose)
    assert hashing.verify(hashing.hashed(loose), composed)
    assert unicodedata.normalize("NFC", loose) == composed


def test_nist_3_1_1_2_f_and_asvs_6_2_10_no_periodic_change_with_otp(database: str, hands: Hands) -> None:
    ama = world.activated()
    hands.forward(days=3650)
    assert iam.my_account(ama.actor).change_due_at is None
    assert ama.sign_in().person_id == ama.id


def test_nist_3_1_1_2_f_and_asvs_6_2_10_a_change_is_forced_on_evidence_of_compromise(
    database: str, hands: Hands
) -> None:
    ama = world.activated()
    iam.report_disclosure(ama.actor, ama.account_id, disclosure="suspected")
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        ama.sign_in()


def test_nist_3_1_1_2_g_no_hint_and_no_question_is_kept() -> None:
    from iam.credentials.models import Password

    kept = set(Password.model_fields)
    assert not kept & {"hint", "question", "answer", "secret_question"}


def test_nist_3_1_1_2_h_and_asvs_6_2_8_the_whole_password_is_verified_as_it_was_typed(
    database: str, hands: Hands
) -> None:
    long = ("Nine grey herons stand 4 " * 11)[:256]
    ama = world.activated(password=long)
    hands.forward(seconds=31)
    for wrong in (long[:-1], long + "x", long.swapcase(), f" {long}", long[:72], long + "x" * 10_000):
        with pytest.raises(Refused):
            iam.sign_in(ama.user_name, wrong, source=world.HERE)
        hands.forward(hours=1)
    assert ama.sign_in().person_id == ama.id


def test_asvs_6_2_2_and_6_2_3_people_change_their_own_and_show_the_present_one(database: str, hands: Hands) -> None:
    ama = world.activated()
    with pytest.raises(Refused, match="present password"):
        iam.change(ama.actor, ama.account_id, current_password="", password="Orange-Kettle4-Drizzle")
    iam.change(ama.actor, ama.account_id, current_password=ama.password, password="Orange-Kettle4-Drizzle")


@pytest.mark.parametrize(
    "page", ["signin/signin.html", "signin/choose.html", "signin/due.html", "account/password.html"]
)
def test_asvs_6_2_6_and_6_2_7_fields_hide_what_is_typed_and_let_it_be_pasted(page: str) -> None:
    text = (Path("api/templates") / page).read_text()
    assert "type='password'" in text
    assert "autocomplete='current-password'" in text or "autocomplete='new-password'" in text
    scripts = "".join(path.read_text() for path in Path("frontend/src").glob("*.js"))
    assert '"paste"' not in scripts


# --- what nobody types, and somebody sends ---

SCRIPTS = {
    "Arabic": "كلمةسرطويلةجدا", "Armenian": "գաղտնաբառերկար", "Bengali": "দীর্ঘপাসওয়ার্ড", "Cherokee": "ᎠᎦᏙᎮᎯᏍᏗᎦᏅᎯ", "Cyrillic": "длинныйпароль",
    "Devanagari": "लम्बापासवर्डयहाँ", "Ethiopic": "ረጅምየይለፍቃልነው", "Georgian": "გრძელიპაროლი", "Greek": "μακρύςκωδικός", "Han": "很长的密码很难猜测的",
    "Hangul": "아주긴비밀번호입니다", "Hebrew": "סיסמהארוכהמאוד", "Hiragana": "とてもながいパスワード", "Khmer": "ពាក្យសម្ងាត់វែង", "Lao": "ລະຫັດຜ່ານຍາວ",
    "Mongolian": "ᠨᠢᠭᠤᠴᠠᠦᠭᠡ", "Nko": "ߞߊ߲ߘߊ߬ߡߊ߬ߞߏ", "Tamil": "நீண்டகடவுச்சொல்", "Thai": "รหัสผ่านยาวมาก", "Tifinagh": "ⵜⴰⴳⵓⵔⵉⵏⵓⴼⵔⴰ", "Vai": "ꕙꔤꕀꕊꔖꕸꕌꖏ",
    "Yi": "ꆈꌠꁱꂷꉙꏂꃅꄮ", "Emoji": "🦜🌧️🚲🥭🪁🎻🧵🪔🐘🛶", "Combining": "e\u0301\u0323\u0308" * 5, "Private": "\ue000\ue001" * 6, "Rtl": "\u202eabc\u202cKj8$gr2!",
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_of_unicode_makes_a_password_that_works(database: str, script: str) -> None:
    attempt = f"Qz7-{SCRIPTS[script]}-Wk"
    assert found(attempt, NIST) == FINE
    assert found(attempt, HOUSE) <= {"case", "sign", "guessable"}
    kept = hashing.hashed(attempt)
    assert hashing.verify(kept, attempt)
    assert hashing.verify(kept, unicodedata.normalize("NFD", attempt))
    assert not hashing.verify(kept, attempt[:-1])


@pytest.mark.parametrize("length", [0, 1, 10_000, 200_000])
def test_passwords_of_every_length_are_answered_and_none_breaks_a_thing(
    database: str, hands: Hands, length: int
) -> None:
    ama = world.activated()
    attempt = ("Kj8$gr2!wq" * (length // 10 + 1))[:length]
    with pytest.raises(Refused) as chosen:
        iam.change(ama.actor, ama.account_id, current_password=ama.password, password=attempt)
    assert chosen.value.clause == "PW-1"
    with pytest.raises(Refused, match="do not belong together"):
        iam.sign_in(ama.user_name, attempt, source=world.HERE)
    assert passwords.flaws_for(attempt)


@pytest.mark.parametrize(
    "name", ["", "x" * 129, "a\0b", "\ud800", "' or 1=1 --", "*)(uid=*", "../../etc/passwd", "\u202eama.mensah"]
)
def test_a_user_id_of_any_signs_gets_the_one_answer(database: str, hands: Hands, name: str) -> None:
    def attempt() -> OmniError:
        try:
            iam.sign_in(name, world.PASSWORD, source=world.HERE)
        except OmniError as error:
            return error
        raise AssertionError("it opened")

    assert isinstance(attempt(), Refused | Malformed)
