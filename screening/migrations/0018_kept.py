from django.db import migrations

from screening.database import guarded

OWN = "user_id = (SELECT app_user())"


class Migration(migrations.Migration):
    """Stars and saved searches are seen and changed by their owner alone: what somebody looks for is private."""

    dependencies = [("screening", "0017_untouched_drafts"), ("trials", "0012_kept")]
    operations = [
        guarded("trials_star", read=OWN, write=OWN),
        guarded("trials_savedsearch", read=OWN, write=OWN),
    ]
