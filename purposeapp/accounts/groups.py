"""The group of those who keep tips and portraits good: it is there after `migrate`."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

GROUP = "Tip editors"

PERMISSIONS = [
    *("view_tip", "add_tip", "change_tip", "delete_tip"),
    *("view_portraitpart", "add_portraitpart", "change_portraitpart"),
    *("view_talkquestion", "add_talkquestion", "change_talkquestion"),
]
"""Everything about tips; their history, preview and files ask for these too. Portrait sentences
and talk questions are never deleted, so nobody has a permission for that.
"""


def make_group(app_config, using, apps=installed, **kwargs) -> None:
    """Make the group where it is missing, with its permissions; a receiver of `post_migrate`.

    A group that is there keeps what superusers made of it, also what they took from it.
    """
    # Django makes them after this signal too, in whatever order the applications come.
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
