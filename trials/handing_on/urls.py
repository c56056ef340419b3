from django.urls import path

from trials.handing_on import views

urlpatterns = [
    path("trials/<slug:nct_id>/download.json", views.trial_json, name="trial_json"),
    path("trials/<slug:nct_id>/download.ris", views.trial_ris, name="trial_ris"),
    path("trials/<slug:nct_id>/fhir.json", views.trial_fhir, name="trial_fhir"),
    path("trials/<slug:nct_id>/criteria.json", views.trial_criteria, name="trial_criteria"),
    path("schemas/criteria.json", views.criteria_schema, name="criteria_schema"),
]
