from django.db import migrations

from screening.database import audited


class Migration(migrations.Migration):
    dependencies = [("screening", "0003_audit"), ("trials", "0003_loaded_documents")]
    operations = [audited("trials_loadeddocument", chain="content", imports_too=False)]
