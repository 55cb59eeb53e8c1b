"""Accounts that money can be sent to: what is typed, and whether its check digits hold."""

import re

from django.utils.translation import gettext as _

from allocation.errors import AccountProblem
from allocation.models import AccountKind

IBAN_MODULUS = 97
# The prefix of Swedish IBANs after the country: a bank number that no bank has. For examples only.
NO_BANK = "000"


def read_account(kind: str, typed: str) -> str:
    """An account without spaces and hyphens, in capitals.

    Raises:
        AccountProblem: its shape or its check digits are wrong.

    Source: the modulus 10 of Bankgirot; ISO 13616 (modulus 97).
    """
    account = re.sub(r"[\s\u00a0-]+", "", typed).upper()
    if kind == AccountKind.BANKGIRO:
        if not re.fullmatch(r"[0-9]{7,8}", account):
            raise AccountProblem(_("A bankgiro number has seven or eight digits."))
        if not luhn_holds(account):
            raise AccountProblem(
                _("The last digit of the bankgiro number does not fit: a digit is mistyped.")
            )
        return account
    if kind != AccountKind.IBAN:
        raise AccountProblem(_("Choose bankgiro or IBAN."))
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account):
        raise AccountProblem(_("An IBAN begins with two letters and two digits, such as SE45."))
    if account.startswith("SE") and not re.fullmatch(r"SE[0-9]{22}", account):
        raise AccountProblem(_("A Swedish IBAN has SE and 22 digits."))
    if not iban_holds(account):
        raise AccountProblem(_("The check digits of the IBAN do not fit: something is mistyped."))
    return account


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the right one by modulus 10."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def iban_holds(iban: str) -> bool:
    """Whether the check digits of an IBAN hold."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % IBAN_MODULUS == 1


def example_iban(code: str) -> str:
    """An IBAN that passes every check and leads nowhere: Sweden has no bank 000.

    Args:
        code: a region's county code.
    """
    rest = f"{NO_BANK}{code:0>17}"
    check = 98 - int(f"{rest}281400") % IBAN_MODULUS  # S is 28, E is 14
    return f"SE{check:02d}{rest}"
