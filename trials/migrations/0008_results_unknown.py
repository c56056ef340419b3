from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trials", "0007_captions")]

    operations = [
        migrations.AlterField(
            "trial",
            "has_results",
            models.BooleanField(blank=True, null=True, verbose_name="results published"),
        ),
    ]
