from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trials", "0013_postal_codes")]

    operations = [migrations.RemoveField(model_name="trial", name="search_text")]
