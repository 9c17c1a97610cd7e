from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual


class Migration(migrations.Migration):
    """Texts by staff are as long at most as their forms allow, whatever writes them."""

    dependencies = [("purposeapp", "0046_discreet_tips")]

    operations = [
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), most),
                name=f"{model}_text_is_not_too_long",
            ),
        )
        for model, most in (("portraitpart", 240), ("talkquestion", 240), ("tip", 1000))
    ]
