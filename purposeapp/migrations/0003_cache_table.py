"""Makes the table of the shared cache, so that `migrate` is all that a new database needs."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0002_first_tips")]

    operations = [
        migrations.RunPython(create, lambda apps, editor: editor.execute("DROP TABLE cache"))
    ]
