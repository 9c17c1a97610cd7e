"""The version of all published content: what staff write, and the picture of the community."""

from django.db import connection

from purposeapp.dates import site_today


def published_version() -> str:
    """Return a fingerprint of the published content, which changes whenever the content does.

    It also changes when a tip's publication date arrives, but not with a draft. PostgreSQL reads
    all rows for it, which takes milliseconds for thousands of them. A signal on saving would miss
    migrations, bulk updates and publication dates.
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
