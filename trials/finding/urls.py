from django.urls import path

from trials.finding import compare_views, kept_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("trials/", views.trial_list, name="list"),
    path("trials/choices/<slug:name>/", views.choices, name="choices"),
    path("trials/suggestions/", views.suggestions, name="suggestions"),
    path("trials/compare/", compare_views.compare, name="compare"),
    path("trials/starred/", kept_views.starred, name="starred"),
    path("trials/star/", kept_views.star, name="star"),
    path("trials/starred/take-over/", kept_views.take_over, name="take_over"),
    path("trials/saved/", kept_views.saved, name="saved"),
    path("trials/saved/<int:pk>/new/", kept_views.look_at_new, name="look_at_new"),
    path("trials/saved/<int:pk>/remove/", kept_views.remove_saved, name="remove_saved"),
]
