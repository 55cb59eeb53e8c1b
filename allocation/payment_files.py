"""The files of a batch: ISO 20022 pain.001 for the bank, Excel and CSV for the finance system."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from allocation.errors import FileNotMade
from allocation.models import AccountKind, FileKind, Payment, PaymentBatch
from allocation.workbooks import Column, Table, write_workbook
from reporting.exchange.csv_template import harmless
from reporting.models import STOCKHOLM, MediaType

if TYPE_CHECKING:
    from xmlschema import XMLSchema10

# The version that Swedish banks take since 2014 (Swedish Common Interpretation of ISO 20022).
PAIN = "pain.001.001.03"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{PAIN}"
# The clearing number under which a bankgiro number is found, and the scheme that it belongs to.
BANKGIRO_CLEARING, BANKGIRO_SCHEME, SWEDISH_CLEARING = "9900", "BGNR", "SESBA"
CURRENCY = "SEK"
MEDIA = {FileKind.PAIN: MediaType.XML, FileKind.EXCEL: MediaType.EXCEL, FileKind.CSV: MediaType.CSV}


def draw_files(batch: PaymentBatch, payments: Sequence[Payment], *, at: datetime) -> dict[FileKind, bytes]:
    """Make the three files of a batch. The same batch and moment give the same bytes.

    Args:
        payments: all of the batch's, with region and payee.

    Raises:
        FileNotMade: the payer is not set, or the file does not pass the schema of ISO 20022.
    """
    with translation.override("sv"):
        return {
            FileKind.PAIN: pain_file(batch, payments, at=at),
            FileKind.EXCEL: _excel_file(batch, payments, at=at),
            FileKind.CSV: _csv_file(batch, payments, at=at),
        }


@cache
def schema() -> "XMLSchema10":
    """The schema of ISO 20022, as the package `sepaxml` brings it."""
    from xmlschema import XMLSchema10  # a third of a second, for which no other process need wait

    with as_file(files("sepaxml") / "schemas" / f"{PAIN}.xsd") as path:
        return XMLSchema10(str(path), defuse="always")


def pain_file(batch: PaymentBatch, payments: Sequence[Payment], *, at: datetime) -> bytes:
    """The batch as pain.001.001.03: one group, one payer, a transfer to each region.

    Raises:
        FileNotMade: the payer is not set, or the file does not pass the schema.
    """
    if not (settings.PAYER_IBAN and settings.PAYER_ORGANISATION_NUMBER and settings.AGENCY_NAME):
        raise FileNotMade(
            _(
                "It is not set who pays. Whoever runs the service sets "
                "PAYER_ORGANISATION_NUMBER and PAYER_IBAN."
            )
        )
    count, total = str(len(payments)), sum(payment.amount_kr for payment in payments)
    payer = {
        "Nm": settings.AGENCY_NAME[:70],
        "Id": {
            "OrgId": {
                "Othr": [{"Id": _digits(settings.PAYER_ORGANISATION_NUMBER), "SchmeNm": {"Cd": "BANK"}}]
            }
        },
    }
    document = {
        "CstmrCdtTrfInitn": {
            "GrpHdr": {
                "MsgId": batch.label[-35:],
                "CreDtTm": at.astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M:%S"),
                "NbOfTxs": count,
                "CtrlSum": total,
                "InitgPty": payer,
            },
            "PmtInf": [
                {
                    "PmtInfId": batch.label[-35:],
                    "PmtMtd": "TRF",
                    "BtchBookg": False,
                    "NbOfTxs": count,
                    "CtrlSum": total,
                    "PmtTpInf": {"SvcLvl": {"Cd": "NURG"}},
                    "ReqdExctnDt": batch.pay_on.isoformat(),
                    "Dbtr": payer,
                    "DbtrAcct": {"Id": {"IBAN": settings.PAYER_IBAN.replace(" ", "")}, "Ccy": CURRENCY},
                    "DbtrAgt": {"FinInstnId": _bank(settings.PAYER_BIC)},
                    "CdtTrfTxInf": [_transfer(payment) for payment in payments],
                }
            ],
        }
    }
    from xmlschema import XMLSchemaException, etree_tostring  # here, as in `schema`

    try:
        element: Any = schema().elements["Document"].encode(document, namespaces={"": NAMESPACE})
        text = etree_tostring(
            element, namespaces={"": NAMESPACE}, indent="", encoding="utf-8", xml_declaration=True
        )
        content = text if isinstance(text, bytes) else text.encode()
        schema().validate(io.BytesIO(content))
    except (XMLSchemaException, ValueError) as error:
        raise FileNotMade(
            _("The payment file does not pass the schema of ISO 20022, so nothing was made: %(error)s")
            % {"error": str(error).strip().partition("\n")[0]}
        ) from error
    return content


def _transfer(payment: Payment) -> dict[str, Any]:
    payee = payment.payee
    if payee.kind == AccountKind.BANKGIRO:
        agent: dict[str, Any] = {
            "ClrSysMmbId": {"ClrSysId": {"Cd": SWEDISH_CLEARING}, "MmbId": BANKGIRO_CLEARING}
        }
        account: dict[str, Any] = {"Othr": {"Id": payee.account, "SchmeNm": {"Prtry": BANKGIRO_SCHEME}}}
    else:
        agent, account = _bank(payee.bic), {"IBAN": payee.account}
    words = " ".join(part for part in (payee.reference, payment.end_to_end) if part)
    organisation = {"Id": _digits(payment.region.organisation_number), "SchmeNm": {"Cd": "TXID"}}
    return {
        "PmtId": {"InstrId": payment.end_to_end, "EndToEndId": payment.end_to_end},
        "Amt": {"InstdAmt": {"@Ccy": CURRENCY, "$": payment.amount_kr}},
        "CdtrAgt": {"FinInstnId": agent},
        "Cdtr": {
            "Nm": payee.name,
            "PstlAdr": {"Ctry": "SE"},
            "Id": {"OrgId": {"Othr": [organisation]}},
        },
        "CdtrAcct": {"Id": account},
        "RmtInf": {"Ustrd": [words[:140]]},
    }


def _bank(bic: str) -> dict[str, Any]:
    return {"BIC": bic} if bic else {"Othr": {"Id": "NOTPROVIDED"}}


def _digits(organisation_number: str) -> str:
    return organisation_number.replace("-", "")


def _headings() -> list[tuple[str, int]]:
    return [
        (_("County code"), 8),
        (_("Region"), 26),
        (_("Organisation number"), 18),
        (_("Payee"), 30),
        (_("Kind of account"), 12),
        (_("Account"), 32),
        (_("BIC"), 14),
        (_("Payee’s reference"), 22),
        (_("Payment’s number"), 32),
        (_("Day of payment"), 13),
        (_("Amount, kr"), 16),
    ]


def _row(payment: Payment) -> list[str | int]:
    payee = payment.payee
    return [
        payment.region_id,
        payment.region.name,
        payment.region.organisation_number,
        payee.name,
        str(payee.get_kind_display()),
        payee.written,
        payee.bic,
        payee.reference,
        payment.end_to_end,
        payment.batch.pay_on.isoformat(),
        payment.amount_kr,
    ]


def _about(batch: PaymentBatch, payments: Sequence[Payment], *, at: datetime) -> list[str]:
    grant = batch.round_grant
    moment = at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")
    return [
        f"{grant.title}, {grant.reporting_round.name}",
        _("Decision %(decision)s, rules %(rules)s, run %(run)d")
        % {
            "decision": batch.decision.label,
            "rules": batch.decision.run.rules_version,
            "run": batch.decision.run.number,
        },
        _("Made %(moment)s by %(maker)s, approved by %(approver)s")
        % {"moment": moment, "maker": batch.made_by_name, "approver": batch.approved_by_name},
        _("Control: %(count)d payments, %(total)d kr")
        % {"count": len(payments), "total": sum(payment.amount_kr for payment in payments)},
    ]


def example_words(batch: PaymentBatch) -> str:
    """What a file of demonstration data says of itself; empty for real data."""
    is_example = batch.round_grant.reporting_round.is_demo
    return _("Demonstration: synthetic figures and accounts. Nothing is to be paid.") if is_example else ""


def _excel_file(batch: PaymentBatch, payments: Sequence[Payment], *, at: datetime) -> bytes:
    headings = _headings()
    total = sum(payment.amount_kr for payment in payments)
    table = Table(
        name=_("Payments"),
        title=_("Payments %(number)s") % {"number": batch.label},
        warning=example_words(batch),
        lines=_about(batch, payments, at=at),
        columns=[Column(heading, width) for heading, width in headings],
        rows=[_row(payment) for payment in payments],
        sums=[_("Total"), *[""] * (len(headings) - 2), total],
    )
    return write_workbook([table], title=batch.label, at=at)


def _csv_file(batch: PaymentBatch, payments: Sequence[Payment], *, at: datetime) -> bytes:
    """Semicolons and a byte order mark: what Excel in Swedish opens without asking."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    for line in [example_words(batch), batch.label, *_about(batch, payments, at=at)]:
        if line:
            writer.writerow([harmless(line)])
    writer.writerow([heading for heading, _width in _headings()])
    for payment in payments:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in _row(payment)])
    return file.getvalue().encode("utf-8-sig")
