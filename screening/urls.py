from django.urls import path

from screening.views import (
    amendments,
    answers,
    checklist,
    conclude,
    figures,
    log,
    start,
    today,
    tryout,
    versions,
)

app_name = "screening"
urlpatterns = [
    path("screening/", log.screening_log, name="log"),
    path("screening/today/", today.today, name="today"),
    path("screening/log.csv", log.log_csv, name="log_csv"),
    path("screening/figures/", figures.figures, name="figures"),
    path("screening/figures/flow.svg", figures.flow_svg, name="flow_svg"),
    path("screening/try/<int:pk>/", tryout.try_out, name="try_out"),
    path("screening/try/<int:pk>/open/", amendments.open_screenings, name="open_screenings"),
    path("screening/amendments/", amendments.amendments, name="amendments"),
    path("screening/session/", answers.session, name="session"),
    path("screening/start/", start.start, name="start"),
    path("screening/start/participant/", start.known_participant, name="known_participant"),
    path("screening/<int:pk>/", checklist.checklist, name="checklist"),
    path("screening/<int:pk>/cohort/", checklist.cohort, name="cohort"),
    path("screening/<int:pk>/consent/", checklist.consent, name="consent"),
    path("screening/<int:pk>/version/", versions.version, name="version"),
    path("screening/<int:pk>/conclude/", conclude.conclude, name="conclude"),
    path("screening/<int:pk>/answers/<str:identifier>/", answers.answer, name="answer"),
    path("screening/<int:pk>/answers/<str:identifier>/history/", answers.history, name="history"),
]
