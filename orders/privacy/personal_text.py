"""Recognition of free text that identifies somebody, for example by an e-mail address, a phone number or a passport number.

In cases of doubt, text counts as personal: hiding it by mistake can be undone, but showing it by mistake cannot.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import cycle


def listed(text: str, by: str | None = None) -> frozenset[str]:
    """The entries in `text`, separated by the string `by` or, if that is None, by white space."""
    return frozenset(text.split(by))


# Words that announce a document or a date of birth, in the languages of airlines' feeds. A longer word that begins with one matches too.
ANNOUNCING = listed(
    "passport pasaporte passaporto passaporte passeport pasaport passnummer passnr reisepass ausweis personalausweis "
    "paspoort paspor paszport pasjport pasfoto pasport utlevel passi passinumero henkilotunnus personnummer "
    "fodselsnummer fodelse cestovni doklad dokument document documento dokumen belge kimlik identidad identidade "
    "identitat identitaet identite identification identity identyfik citizenid cedula carteira codicefiscale fiscal "
    "steuer aadhaar aadhar adhaar birth birthday geburt geboren naissance nacimiento nascimento nascita geboorte "
    "urodzenia dogum syntyma szuletes fuhrerschein fuehrerschein driver licence license permis rijbewijs knowntravel "
    "redress nationalid iqama sozialversicherung socialsecurity kreditkarte creditcard cardholder cvv cvc iban 護照 护照 "
    "パスポート 旅券 旅券番号 여권 паспорт дата рождения загран διαβατηριο ταυτοτητα דרכון جواز هوية पासपोर्ट หนังสือเดินทาง 身份证 "
    "身分證 身份證 生年月日 出生 主民 주민 생년월일 mrz hochieu chieu"
)
# Abbreviations that have other meanings too: in text, personal only right before a number or a sign such as a colon.
ABBREVIATED = listed(
    "afm ahv avs born bsn cc ci cnic cnp cnpj cpf cpr cuil cuit curp dl dni dob doca doco docs egn emso fin foid geb "
    "hetu hkid id idno inn iqama jmbg ktn mrz nie nif nin nino nir nric oib pan pas pass pesel pps ppsn rfc rg rut "
    "sin snils ssn tc tckn tin"
)
CONTACT = (
    "tel|phone|mobile|mob|cell|call|ring|whatsapp|fax|telefon|handy|telephone|telefono|movil|telefone|celular|puhelin"
)
SSR = re.compile(r"\b(?:SSR|OSI|DOCS|DOCO|DOCA|FOID|APIS?|CTC[EMRT]?|PCTC)\b[\s/]|\b(?:DOCS|DOCO|DOCA|FOID|CTC[EMR])\b")


def fold(text: str) -> str:
    """`text` in lower case, without accents or invisible characters, and with full-width characters replaced by ordinary ones."""
    if text.isascii():
        return text.lower()
    whole = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in whole if unicodedata.category(sign) not in {"Mn", "Cf"}).casefold()


LONGEST = 2000  # characters; no trade field is longer, and the limit bounds the time
_WORDS = sorted({fold(word) for word in ANNOUNCING}, key=len, reverse=True)
_LATIN = "|".join(re.escape(word) for word in _WORDS if word.isascii())
_OTHER = "|".join(re.escape(word) for word in _WORDS if not word.isascii())
_ANNOUNCED = re.compile(rf"(?<![a-z])(?:{_LATIN})|{_OTHER}|телефон|电话|電話|전화|هاتف")
_SHORT = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(ABBREVIATED, key=len, reverse=True))}|{CONTACT})\b\.?\s*(?:number|num|no|nr|n|card|º|°)?\.?\s*"
    rf"(?:[:=#]|[-/ ]*[+(]*[a-z]{{0,3}}\d{{3}}|\s*\d{{1,2}}[a-z]{{3}}\d\d)"
)
_ABBREVIATED = ABBREVIATED | listed(CONTACT, "|") | listed("name surname address email holder contact person")
_CUE = re.compile(r"[@:=#<＠：＝]|\d\D*\d\D*\d|\b[A-Z]{4}\b")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{11,12}")
_DIGITS = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){6,14}(?!\d)"  # international
    r"|(?<![\w.,:/-])\(?0[1-9]\d{0,4}(?:[ ()./-]{1,2}\d{2,}){1,5}(?![\w:-])"  # national, written in groups
    r"|(?<![\w.-])0[1-9]\d{7,9}(?!\d)"  # national, in one piece
    r"|(?<![\w-])\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\w-])"  # North American
)
_NUMBERS = re.compile(
    r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d\d(?!\d)"  # Brazil
    r"|(?<![\d-])\d{3}-\d\d-\d{4}(?![\d-])"  # United States
    r"|(?<![0-9A-Z])(?:\d{8}-?[A-HJ-NP-TV-Z]|[XYZ]-?\d{7}-?[A-Z])(?![0-9A-Z])"  # Spain
    r"|(?<![0-9A-Z])[A-Z]{5}\d{4}[A-Z](?![0-9A-Z])"  # India, tax
    r"|(?<![\d ])\d{4} \d{4} \d{4}(?![\d ])"  # India, identity
    r"|(?<![0-9A-Z])[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![0-9A-Z])"  # Italy
    r"|(?<![0-9A-Z])[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D](?![0-9A-Z])"  # United Kingdom
)
_IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}\d\d(?: ?[0-9A-Z]){11,30}(?![0-9A-Z])")
_CODE_LINE = re.compile(r"[A-Z0-9]<<|<[A-Z0-9<]{8,}|(?<![A-Z0-9])[PVIAC][A-Z<][A-Z]{3}[A-Z]+<")


def is_personal(text: str) -> bool:
    """Whether the text may identify somebody: `announces` returns True for it, or it contains a phone or payment card number."""
    if _is_plain(text):
        return False
    return announces(text) or bool(_PHONE.search(_plain(text))) or holds_card(text)


def announces(text: str) -> bool:
    """Whether the text has a clear sign of personal data, or is longer than LONGEST.

    Clear signs are an e-mail address, a label such as "Passport:" or "DNI 123", an airline service code such as DOCS, the
    machine-readable lines of a passport, an identity number and an IBAN. References are tested only in this way, because their digits
    may look like a phone or card number.
    """
    if _is_plain(text):
        return False
    if len(text) > LONGEST:
        return True
    plain = _plain(text)
    if re.search(r"[^\s@]@[^\s@]", plain) or _CODE_LINE.search(plain.upper()) or SSR.search(plain.upper()):
        return True
    folded = fold(_CAMEL.sub(" ", plain))
    labelled = re.search(r"[:=#\d]", folded) and _ANNOUNCED.search(folded)
    return bool(labelled or _SHORT.search(folded) or _NUMBERS.search(plain.upper()) or _holds_iban(plain.upper()))


def _is_plain(text: str) -> bool:
    """Whether `text` has at most LONGEST characters and no hint of personal data (_CUE), or is only a date or a date and time."""
    return len(text) <= LONGEST and (not _CUE.search(text) or bool(_STAMP.fullmatch(text)))


def names_document(text: str) -> bool:
    """Whether a short text, such as a type or a label, says that a document, a date of birth, a name or contact details follow."""
    parts = fold(_CAMEL.sub(" ", _plain(text))).replace("_", " ")
    return bool(_ANNOUNCED.search(parts)) or not _ABBREVIATED.isdisjoint(re.findall(r"\w+", parts))


def holds_card(text: str) -> bool:
    """Whether the text contains a payment card number: 14 to 19 digits, or 13 beginning with 4, with a correct check digit."""
    return any(_checks(re.sub(r"\D", "", group)) for group in _DIGITS.findall(_plain(text)))


def _plain(text: str) -> str:
    whole = unicodedata.normalize("NFKC", text)
    if not whole.isascii():
        whole = "".join(sign for sign in whole if unicodedata.category(sign) not in {"Cf", "Mn"})
    return _UUID.sub(" ", whole)


def _checks(digits: str) -> bool:
    if len(set(digits)) < 2 or (len(digits) == 13 and digits[0] != "4"):  # 13 digits are usually a ticket number
        return False
    doubled = (int(digit) * factor for digit, factor in zip(reversed(digits), cycle((1, 2)), strict=False))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _holds_iban(text: str) -> bool:
    for group in _IBAN.findall(text):
        parts = group.split(" ")
        for end in range(len(parts), 0, -1):  # the match may include words after the number
            account = "".join(parts[:end])
            if len(account) > 14 and int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1:
                return True
    return False
