"""What the door cannot do right now, each as a sentence for its user."""


class DoorError(Exception):
    """The message says what is wrong, where, and what to do next; it never holds an identifier."""


class StoreError(DoorError):
    """The left-side store cannot be opened or used."""


class PublishFailed(DoorError):
    """Kafka did not acknowledge; the batch is in flight and is settled when it is repeated."""


class FileRefused(DoorError):
    """A file that cannot be taken in as a whole; nothing of it was received."""
