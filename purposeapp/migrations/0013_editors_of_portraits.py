from django.db import migrations

GROUP = "Tip editors"


def permit(apps, schema_editor):
    """Let those who keep the tips good keep portrait sentences too, if there is their group.

    A new database has no group yet; it is made after `migrate`, with all of its permissions.
    """
    group = apps.get_model("auth", "Group").objects.filter(name=GROUP).first()
    if group is None:
        return
    # Django makes permissions after all migrations, under these names.
    content_type, _is_new = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="purposeapp", model="portraitpart"
    )
    for what in ("view", "add", "change"):
        permission, _is_new = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type,
            codename=f"{what}_portraitpart",
            defaults={"name": f"Can {what} portrait sentence"},
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0012_tips_in_plain_words"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
