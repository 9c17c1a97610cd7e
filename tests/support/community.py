"""Factories for many people at once, each with a result."""

from collections.abc import Iterable

from purposeapp.models import Assessment, CommunityPicture, User
from purposeapp.models.community_picture import Refresh
from purposeapp.split import Split


def make_people(*splits: str | Split, each: int = 1) -> list[User]:
    """Create `each` new people for each of these splits."""
    wanted = [split for split in splits for _ in range(each)]
    first = User.objects.count()
    users = User.objects.bulk_create(
        User(email=f"person-{first + number}@example.org") for number in range(len(wanted))
    )
    record(users, wanted)
    return users


def record(users: Iterable[User], splits: Iterable[str | Split]) -> None:
    """Record one split for each of these people, in order."""
    Assessment.objects.bulk_create(
        Assessment(user=user, **Split.parse(str(split)).as_dict())
        for user, split in zip(users, splits, strict=True)
    )


def refresh() -> Refresh:
    return CommunityPicture.objects.refresh()
