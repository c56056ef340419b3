from django.urls import include, path

from trials import about_views
from trials.map import views as map_views
from trials.reading import views as reading_views

app_name = "trials"
urlpatterns = [
    path("", include("trials.finding.urls")),
    path("about/", about_views.about, name="about"),
    path("trials/<slug:nct_id>/", reading_views.trial_page, name="trial"),
    path("trials/<slug:nct_id>/all/<slug:name>/", reading_views.long_part, name="long"),
    path("trials/<slug:nct_id>/history/", reading_views.trial_history, name="history"),
    path("trials/<slug:nct_id>/history/<int:pk>/", reading_views.one_import, name="import"),
    path("trials/<slug:nct_id>/related/", reading_views.related_trials, name="related"),
    path("trials/<slug:nct_id>/criteria/compare/", reading_views.compare_criteria, name="compare_criteria"),
    path("", include("trials.handing_on.urls")),
    path("", include("trials.editor.urls")),
    path("map/", map_views.sites_map, name="map"),
    path("map/sites.json", map_views.map_data, name="map_data"),
    path("map/sites.csv", map_views.map_csv, name="map_csv"),
    path("map/sites.geojson", map_views.map_geojson, name="map_geojson"),
    path("map/labels.json", map_views.map_labels, name="map_labels"),
    path("map/sites/", map_views.map_stack, name="map_stack"),
    path("map/sites/<int:pk>/", map_views.map_site, name="map_site"),
]
