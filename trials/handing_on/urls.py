from django.urls import path, re_path

from trials.handing_on import list_views, views

urlpatterns = [
    re_path(
        rf"^trials/download\.(?P<kind>{'|'.join(list_views.KINDS)})$", list_views.download, name="download"
    ),
    path("trials/<slug:nct_id>/download.json", views.trial_json, name="trial_json"),
    path("trials/<slug:nct_id>/download.ris", views.trial_ris, name="trial_ris"),
    path("trials/<slug:nct_id>/fhir.json", views.trial_fhir, name="trial_fhir"),
    path("trials/<slug:nct_id>/criteria.json", views.trial_criteria, name="trial_criteria"),
    path("schemas/criteria.json", views.criteria_schema, name="criteria_schema"),
]
