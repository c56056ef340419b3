from django.db import migrations, models

from screening.database import append_only, changed_once

VALUES = [
    ("yes", "yes"),
    ("no", "no"),
    ("unknown", "unknown"),
    ("not_applicable", "not applicable"),
]
OUTCOMES = [
    ("eligible", "eligible"),
    ("potentially_eligible", "potentially eligible"),
    ("ineligible", "ineligible"),
    ("undetermined", "undetermined"),
]
SAID = models.CharField(choices=[*VALUES, *OUTCOMES], max_length=20)


class Migration(migrations.Migration):
    """In practice the outcome is asked, too; and what was answered before the explanation stays as it was."""

    dependencies = [("screening", "0015_sponsor_figures")]

    operations = [
        migrations.RemoveConstraint(model_name="practiceanswer", name="practice_values"),
        migrations.AlterField("practiceanswer", "identifier", models.CharField(blank=True, max_length=64)),
        migrations.AlterField("practiceanswer", "value", SAID),
        migrations.AlterField("practiceanswer", "expected", SAID),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.CheckConstraint(
                name="practice_values",
                condition=models.Q(
                    ~models.Q(identifier=""),
                    expected__in=[value for value, _ in VALUES],
                    value__in=[value for value, _ in VALUES],
                )
                | models.Q(
                    identifier="",
                    expected__in=[outcome for outcome, _ in OUTCOMES],
                    value__in=[outcome for outcome, _ in OUTCOMES],
                ),
            ),
        ),
        append_only("screening_practiceanswer"),
        changed_once("screening_practiceround", "finished_at"),
    ]
