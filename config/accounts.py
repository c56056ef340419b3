"""Signing in and out, and a person's own password."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpResponse
from django.urls import path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _helper(button: str | Promise) -> FormHelper:
    helper = FormHelper()
    helper.add_input(Submit("", button))
    return helper


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _(
            "This e-mail address and password do not belong together. Capitals count in the password."
        ),
    }
    helper = _helper(_("Sign in"))


class NewPasswordForm(PasswordChangeForm):
    # What is sent is not read. A browser that keeps passwords learns from it whose password this is.
    account = forms.CharField(
        label=_("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"readonly": True, "autocomplete": "username"}),
    )
    field_order = ("account", "old_password", "new_password1", "new_password2")
    helper = _helper(_("Change the password"))

    def __init__(self, user: Any, *args: Any, **options: Any) -> None:
        super().__init__(user, *args, **options)
        self.initial["account"] = user.email


class SignIn(views.LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        # Made-up people exist in a demonstration alone, and only there is said who they are.
        people = get_user_model().objects.filter(is_demo=True) if settings.MODE == "demo" else []
        return super().get_context_data(demo_people=people, **context)


class ChangePassword(views.PasswordChangeView):
    form_class = NewPasswordForm
    success_url = reverse_lazy("trials:home")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password has been changed."))
        return super().form_valid(form)


urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
]
