import json
from hashlib import sha256
from typing import Any, ClassVar


class Versioned:
    """What staff write and revise: its `history` is an audit trail of `CHANGING_FIELDS`."""

    CHANGING_FIELDS: ClassVar[list[str]]
    """Every field that can change, in the order that people read them. The key never does."""

    _meta: Any

    @property
    def fingerprint(self) -> str:
        """Hash of all its fields, for optimistic locks: it differs wherever two versions do."""
        values = [str(field.value_from_object(self)) for field in self._meta.concrete_fields]
        return sha256(json.dumps(values).encode()).hexdigest()[:32]
