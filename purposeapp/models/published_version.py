"""Everything that is published, by staff or as the community's picture, and pages depend on."""

from django.db import connection

from purposeapp.dates import site_today


def published_version() -> str:
    """A fingerprint of what is published: it changes whenever that does, by whatever way.

    A tip whose date falls due changes it too, a draft does not. PostgreSQL reads every row for it,
    which takes milliseconds for thousands; an event on saving would miss what a migration or a
    bulk update changes, and the date.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(concat("
            "(SELECT string_agg(tip::text, '|' ORDER BY id) FROM purposeapp_tip AS tip"
            " WHERE state = 'published' AND (published_from IS NULL OR published_from <= %s)),"
            " '#',"
            "(SELECT string_agg(part::text, '|' ORDER BY id) FROM purposeapp_portraitpart AS part"
            " WHERE state = 'published'),"
            " '#',"
            "(SELECT string_agg(question::text, '|' ORDER BY id)"
            " FROM purposeapp_talkquestion AS question WHERE state = 'published'),"
            " '#',"
            "(SELECT released_at FROM purposeapp_communitypicture)))",
            [site_today()],
        )
        return cursor.fetchone()[0]
