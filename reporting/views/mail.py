"""How often a person wants mail that nobody has to have, and the way out of it without signing in."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.models import MailRhythm
from reporting.news import rhythms_of
from reporting.services.news import choose_mail
from reporting.unsubscribing import person_of
from reporting.views.access import user_of


class MailChoiceForm(forms.Form):
    """The one question of the page."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often do you want mail about what happens?"),
        choices=MailRhythm.choices,
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mail_choice(request: HttpRequest) -> HttpResponse:
    """Choose the rhythm; what everyone must have is named beside it."""
    user = user_of(request)
    form = MailChoiceForm(request.POST or None, initial={"rhythm": rhythms_of([user])[user.pk]})
    if request.method == "POST" and form.is_valid():
        choose_mail(user_id=user.pk, rhythm=MailRhythm(form.cleaned_data["rhythm"]))
        messages.success(request, _("Your choice is saved."))
        return redirect("mail_choice")
    serves = selectors.memberships_of(user).exists()
    return render(request, "account/mail_choice.html", {"form": form, "serves_region": serves})


@login_not_required
@csrf_exempt  # a mail program sends it, with no cookie; the signed address says whose choice it is
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail that nobody has to have. Looking changes nothing, for mail programs look ahead."""
    person = person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        choose_mail(user_id=person.pk, rhythm=MailRhythm.NEVER)
    has_none = rhythms_of([person])[person.pk] == MailRhythm.NEVER
    serves = selectors.memberships_of(person).exists()
    context = {"person": person, "has_none": has_none, "serves_region": serves}
    return render(request, "account/mail_unsubscribe.html", context)
