"""Why a region gets more or less in one run than in another, in one sentence."""

from django.utils.translation import gettext as _

from allocation.rundiff import RegionDifference
from reporting.templatetags.platsplan import kr, number, signed


def difference_sentence(row: RegionDifference) -> str:
    """The region's change and every cause of it, the kronor of each; the causes sum to the change."""
    causes = ", ".join(_causes(row))
    change_kr = row.parts.change_kr
    if not causes:
        return _("Gets the same. Neither figures nor rules have changed its amount.")
    words = {"amount": kr(abs(change_kr)), "causes": causes}
    if change_kr > 0:
        return _("Gets %(amount)s more: %(causes)s.") % words
    if change_kr < 0:
        return _("Gets %(amount)s less: %(causes)s.") % words
    return _("Gets the same: %(causes)s.") % words


def _causes(row: RegionDifference) -> list[str]:
    parts, figures = row.parts, _figures(row)
    causes = []
    if parts.data_kr or (figures and not row.is_corrected):
        causes.append(_with_figures(_("%(change)s kr by its own new figures"), parts.data_kr, figures))
    if parts.correction_kr or (figures and row.is_corrected):
        causes.append(_with_figures(_("%(change)s kr by its correction"), parts.correction_kr, figures))
    if parts.others_kr:
        causes.append(
            _("%(change)s kr by the figures of other regions") % {"change": signed(parts.others_kr)}
        )
    if parts.rule_kr:
        causes.append(_("%(change)s kr by the changed rules") % {"change": signed(parts.rule_kr)})
    return causes


def _with_figures(text: str, change_kr: int, figures: str) -> str:
    sentence = text % {"change": signed(change_kr)}
    return f"{sentence} ({figures})" if figures else sentence


def _figures(row: RegionDifference) -> str:
    phrases = (
        ("reported_posts", _("reported %(after)s instead of %(before)s")),
        ("planned_posts", _("plan %(after)s instead of %(before)s")),
        ("inhabitants", _("inhabitants %(after)s instead of %(before)s")),
    )
    return ", ".join(
        phrase % {"before": _written(before), "after": _written(after)}
        for name, phrase in phrases
        if (before := getattr(row.before, name)) != (after := getattr(row.after, name))
    )


def _written(value: int | None) -> str:
    return _("nothing") if value is None else str(number(value))
