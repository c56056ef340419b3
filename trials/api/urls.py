from django.urls import path

from trials.api import page, views

app_name = "api"
urlpatterns = [
    path("", page.home, name="home"),
    path("openapi.json", views.openapi_json, name="openapi_json"),
    path("openapi.yaml", views.openapi_yaml, name="openapi_yaml"),
    path("v2/studies", views.list_studies, name="studies"),
    path("v2/studies/metadata", views.metadata, name="metadata"),
    path("v2/studies/search-areas", views.search_areas, name="search_areas"),
    path("v2/studies/enums", views.enums, name="enums"),
    path("v2/studies/<str:nct_id>", views.one_study, name="study"),
    path("v2/stats/size", views.study_sizes, name="sizes"),
    path("v2/version", views.version, name="version"),
    path("v2/<path:rest>", views.not_found, name="not_found"),
]
