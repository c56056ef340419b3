from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trials", "0008_results_unknown"),
    ]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="requires_sources",
            field=models.BooleanField(
                default=False,
                help_text="Nobody can sign a screening of this trial while an answer names no source.",
                verbose_name="answers need a source document",
            ),
        ),
    ]
