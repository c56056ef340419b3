"""From a request to what its sender may reach: the object, or 404, or 403 where it may be known to exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config.context import NOBODY, Context, acting_as
from screening.models import Center, Membership, Role, Screening, SponsorMembership, User
from screening.querysets import ScreeningQuerySet

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

WRITERS = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})


@dataclass(frozen=True)
class Access:
    """What one person may reach; the default is what anybody may."""

    context: Context = NOBODY
    roles: Mapping[int, Role] = field(default_factory=dict)

    def role_at(self, center: Center | int) -> Role | None:
        return self.roles.get(center if isinstance(center, int) else center.pk)

    def may_write(self, center: Center | int) -> bool:
        return self.role_at(center) in WRITERS

    @property
    def has_desk(self) -> bool:
        return bool(self.roles)


class DeskRequest(HttpRequest):
    """What a view gets behind `desk_view`."""

    user: User
    access: Access
    htmx: HtmxDetails


def access_of(user: User | AnonymousUser) -> Access:
    """Read anew for each request, so that a membership taken away ends at once."""
    if not user.is_authenticated or not user.is_active:
        return Access()
    actor = f"{user.printed_name} <{user.email}>"
    # The database shows people their own memberships and no more, before it knows their centers.
    with acting_as(Context(actor=actor, user_id=user.pk)):
        own = Membership.objects.filter(user=user).values_list("center_id", "role")
        roles = {center: Role(role) for center, role in own}
        sponsors = SponsorMembership.objects.filter(user=user).values_list("sponsor_id", flat=True)
        context = Context(
            actor=actor,
            user_id=user.pk,
            read_centers=frozenset(roles),
            write_centers=frozenset(center for center, role in roles.items() if role in WRITERS),
            sponsors=frozenset(sponsors),
            edits_content=user.is_staff,
        )
    return Access(context, roles)


def context_for(user: User | AnonymousUser) -> Context:
    """The context in which this person's requests run."""
    return access_of(user).context


def desk_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For people of a center. With an expired session, parts of pages are answered 401, not a login page."""

    @wraps(view)
    def only_for_centers(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponse(status=401) if _asks_for_a_part(request) else _to_login(request)
        if not request.access.has_desk:
            raise PermissionDenied(_("The screening desk is for people who work at a center."))
        return view(request, *args, **kwargs)

    return only_for_centers


def log_or_404(request: DeskRequest) -> ScreeningQuerySet:
    """The screenings of the sender's centers; somebody without a center has no log."""
    if not request.access.has_desk:
        raise Http404
    return Screening.objects.visible_to(request.user)


def may_start(request: DeskRequest) -> bool:
    """Whether the sender may screen somebody, at one center at least."""
    return bool(request.access.context.write_centers)


def screening_or_404(request: DeskRequest, pk: int) -> Screening:
    return get_object_or_404(Screening.objects.visible_to(request.user).for_log(), pk=pk)


def require_role(request: DeskRequest, center: Center | int, *roles: Role) -> Role:
    """The sender's role at a center, one of `roles`; without any, one that may write."""
    role = request.access.role_at(center)
    if role is None or role not in (roles or WRITERS):
        raise PermissionDenied(_("Your role at this center does not allow this."))
    return role


def _asks_for_a_part(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path())
