import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

NOW = django.db.models.functions.datetime.Now()
BY_DATABASE = django.db.models.deletion.DB_CASCADE


def _id() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _user() -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=BY_DATABASE,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name="person",
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trials", "0011_records"),
    ]

    operations = [
        migrations.CreateModel(
            name="Star",
            fields=[
                ("id", _id()),
                ("at", models.DateTimeField(db_default=NOW, editable=False, verbose_name="starred")),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=BY_DATABASE,
                        related_name="stars",
                        to="trials.trial",
                        verbose_name="trial",
                    ),
                ),
                ("user", _user()),
            ],
            options={
                "verbose_name": "star",
                "verbose_name_plural": "stars",
                "ordering": ("-at", "-pk"),
                "constraints": [models.UniqueConstraint(fields=("user", "trial"), name="star_once")],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "query",
                    models.TextField(
                        help_text="As it stands after the question mark.",
                        verbose_name="address of the search",
                    ),
                ),
                ("saved_at", models.DateTimeField(db_default=NOW, editable=False, verbose_name="saved")),
                (
                    "seen_at",
                    models.DateTimeField(db_default=NOW, editable=False, verbose_name="last looked at"),
                ),
                ("seen_revision", models.BigIntegerField(editable=False, verbose_name="last revision seen")),
                ("user", _user()),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "ordering": ("name", "pk"),
                "constraints": [models.UniqueConstraint(fields=("user", "query"), name="saved_search_once")],
            },
        ),
    ]
