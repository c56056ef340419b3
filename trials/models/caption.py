from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Caption(models.Model):
    """What stands over a section of a trial's page, where it is to differ from what comes with Trialdesk.

    An empty part is as it comes.
    """

    key = models.SlugField(_("section"), unique=True)
    heading = models.CharField(
        _("heading"),
        max_length=80,
        blank=True,
        help_text=_("Left empty, it stays as it comes with Trialdesk."),
    )
    text = models.CharField(
        _("caption"),
        max_length=300,
        blank=True,
        help_text=_(
            "One sentence for a reader who meets such a section for the first time: what stands here. Left "
            "empty, it stays as it comes with Trialdesk."
        ),
    )

    class Meta:
        verbose_name = _("caption")
        verbose_name_plural = _("captions of a trial's page")
        ordering = ("key",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(heading="", text=""),
                name="caption_says_something",
                violation_error_message=_(
                    "Write a heading or a caption; delete this one to have both as they come."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.heading or self.key
