from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trials", "0012_kept")]

    operations = [
        migrations.AddIndex(
            model_name="site",
            index=models.Index(
                fields=["zip_normalised"], name="site_postal_code", opclasses=("varchar_pattern_ops",)
            ),
        ),
    ]
