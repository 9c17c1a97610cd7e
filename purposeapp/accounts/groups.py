"""The permission group of the editors of tips, portraits and talk questions, made by `migrate`."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

GROUP = "Tip editors"

PERMISSIONS = [
    *("view_tip", "add_tip", "change_tip", "delete_tip"),
    *("view_portraitpart", "add_portraitpart", "change_portraitpart"),
    *("view_talkquestion", "add_talkquestion", "change_talkquestion"),
]
"""All permissions on tips, which their history, preview, import and export check too.

Portrait sentences and talk questions are never deleted, so the group can't delete them.
"""


def make_group(app_config, using, apps=installed, **kwargs) -> None:
    """Create the group with its permissions if it's missing. A receiver of `post_migrate`.

    An existing group is left alone, so that superusers can add and remove permissions.
    """
    # Django creates permissions on this signal too, perhaps only after this receiver has run.
    create_permissions(app_config, using=using, apps=apps, verbosity=0)
    try:
        Group = apps.get_model("auth", "Group")
        Permission = apps.get_model("auth", "Permission")
    except LookupError:  # migrated back to before there were groups
        return
    permissions = Permission.objects.using(using).filter(
        content_type__app_label="purposeapp", codename__in=PERMISSIONS
    )
    if len(permissions) < len(PERMISSIONS):
        return  # migrated back to before there were tips, portraits or talks
    group, is_new = Group.objects.using(using).get_or_create(name=GROUP)
    if is_new:
        group.permissions.set(permissions)
