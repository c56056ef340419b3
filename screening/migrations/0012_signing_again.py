from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0011_first_pins"),
        ("trials", "0009_requires_sources"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_voided_in_full",
        ),
        migrations.AddField(
            model_name="user",
            name="locked_until",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="signing locked until"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="wrong_passwords",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="wrong passwords"),
        ),
        migrations.AlterField(
            model_name="signature",
            name="void_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("answer", "an answer changed"),
                    ("cohort", "the cohort changed"),
                    ("consent", "consent was recorded"),
                    ("anchor", "the date of an event changed"),
                    ("fact", "a fact was added, corrected or withdrawn"),
                    ("half_life", "a half-life changed"),
                    ("deviation", "a protocol deviation was recorded"),
                    ("version", "the screening moved to another criteria version"),
                    ("reopened", "the screening was opened again"),
                    ("conclusion", "the screening was concluded for another reason"),
                    ("found", "something signed was found changed"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_kind", ""), ("voided_at__isnull", True), ("voided_by__isnull", True)),
                    models.Q(
                        (
                            "void_kind__in",
                            [
                                "answer",
                                "cohort",
                                "consent",
                                "anchor",
                                "fact",
                                "half_life",
                                "deviation",
                                "version",
                                "reopened",
                                "conclusion",
                                "found",
                            ],
                        ),
                        ("voided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="signature_voided_in_full",
            ),
        ),
    ]
