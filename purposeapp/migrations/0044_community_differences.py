"""Rules against working out hidden numbers of the community's picture.

A picture that breaks one shows its averages only, until the next release. It isn't deleted: the
next release must differ from it by enough people.
"""

from django.db import migrations, models
from django.db.models.expressions import RawSQL


def shown(name, size):
    return " + ".join(f'COALESCE("{name}"[{n}], 0)' for n in range(1, size + 1))


def hides_enough(name, size):
    return (
        f'CASE WHEN num_nulls(VARIADIC "{name}") = 0 THEN people = {shown(name, size)}'
        f" ELSE people - ({shown(name, size)}) >= 10 END"
    )


RULES = {
    "first_hides_enough_people": hides_enough("first", 6),
    "alike_hides_enough_people": hides_enough("alike", 16),
    "between_first_and_nothing_enough": " AND ".join(
        f"people - first[{n}] - nothing[{n}] >= 10" for n in range(1, 6)
    ),
    "first_but_not_alike_enough": " AND ".join(
        f"first[{n}] - alike[{n + 1}] >= 10" for n in range(1, 6)
    ),
}

BROKEN = " OR ".join(f"({rule}) IS FALSE" for rule in RULES.values())

HIDE = f"""
    UPDATE purposeapp_communitypicture SET
        "first" = array_fill(NULL::integer, ARRAY[6]),
        nothing = array_fill(NULL::integer, ARRAY[5]),
        alike = array_fill(NULL::integer, ARRAY[16])
    WHERE {BROKEN}
"""  # noqa: S608 (nothing given is in it)


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0043_plain_words_again"),
    ]

    operations = [
        migrations.RunSQL(HIDE, migrations.RunSQL.noop),
        *(
            migrations.AddConstraint(
                model_name="communitypicture",
                constraint=models.CheckConstraint(
                    condition=RawSQL(rule, (), models.BooleanField()),  # noqa: S611 (likewise)
                    name=f"communitypicture_{name}",
                ),
            )
            for name, rule in RULES.items()
        ),
    ]
