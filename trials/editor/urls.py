"""Versions of criteria, for administrators; below a trial's own address."""

from django.urls import path

from trials.editor import views

VERSION = "trials/<slug:nct_id>/versions/<int:number>/"

urlpatterns = [
    path("trials/<slug:nct_id>/versions/", views.versions, name="versions"),
    path(VERSION, views.version_page, name="version"),
    path(f"{VERSION}new/", views.new_version, name="new_version"),
    path(f"{VERSION}step/", views.step, name="draft_step"),
    path(f"{VERSION}particulars/", views.particulars, name="draft_particulars"),
    path(f"{VERSION}publish/", views.publish, name="publish_version"),
    path(f"{VERSION}discard/", views.discard_draft, name="discard_draft"),
]
