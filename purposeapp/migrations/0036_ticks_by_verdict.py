import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Index ticks by tip and verdict, to count each verdict without reading the others."""

    dependencies = [("purposeapp", "0035_mails_of_talks_and_days_of_goals")]

    operations = [
        migrations.AddIndex(
            model_name="tick",
            index=models.Index(models.F("tip"), models.F("verdict"), name="tick_tip_verdict"),
        ),
        migrations.AlterField(
            model_name="tick",
            name="tip",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticks",
                to="purposeapp.tip",
                verbose_name="tip",
            ),
        ),
    ]
