from django.db import migrations, models


class Migration(migrations.Migration):
    """A participant's sex, or that she cannot become pregnant, can propose "not applicable"."""

    dependencies = [("screening", "0013_amendments")]

    operations = [
        migrations.RemoveConstraint(model_name="answer", name="answer_proposal"),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposal__in", ["", "yes", "no", "not_applicable"])),
                name="answer_proposal",
            ),
        ),
    ]
