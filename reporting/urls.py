"""The regions' addresses."""

from django.urls import path

from reporting.views import (
    drafts,
    files,
    history,
    indicators,
    keys,
    messages,
    people,
    receipts,
    report,
    start,
    submitting,
)

app_name = "reporting"

urlpatterns = [
    path("", start.start, name="start"),
    path("messages/", messages.inbox, name="inbox"),
    path("region/<str:code>/keys/", keys.region_keys, name="keys"),
    path("region/<str:code>/keys/<int:key>/revoke/", keys.revoke, name="revoke_key"),
    path("people/<str:code>/", people.people, name="people"),
    path("people/<str:code>/<int:member_id>/", people.member, name="member"),
    path("people/<str:code>/invitations/<int:invitation_id>/", people.invitation, name="invitation"),
    path("<slug:slug>/<str:code>/", report.report, name="report"),
    path("<slug:slug>/<str:code>/indicators/", indicators.indicators, name="indicators"),
    path("<slug:slug>/<str:code>/draft/", drafts.draft, name="draft"),
    path("<slug:slug>/<str:code>/messages/", messages.thread, name="messages"),
    path("<slug:slug>/<str:code>/messages/files/<int:number>/", messages.attachment, name="attachment"),
    path("<slug:slug>/<str:code>/submit/", submitting.submit, name="submit"),
    path("<slug:slug>/<str:code>/file/", files.upload, name="upload"),
    path(
        "<slug:slug>/<str:code>/file/template.xlsx", files.template, {"kind": "xlsx"}, name="template_excel"
    ),
    path("<slug:slug>/<str:code>/file/template.csv", files.template, {"kind": "csv"}, name="template_csv"),
    path("<slug:slug>/<str:code>/file/<uuid:upload>/", files.read, name="upload_read"),
    path("<slug:slug>/<str:code>/file/<uuid:upload>/remarks/", files.remarks, name="upload_remarks"),
    path("<slug:slug>/<str:code>/versions/", history.history, name="history"),
    path("<slug:slug>/<str:code>/versions/<int:number>/", submitting.version, name="version"),
    path(
        "<slug:slug>/<str:code>/versions/<int:number>/receipt.json",
        receipts.receipt_json,
        name="receipt_json",
    ),
    path(
        "<slug:slug>/<str:code>/versions/<int:number>/receipt.<str:language>.pdf",
        receipts.receipt_pdf,
        name="receipt_pdf",
    ),
]
