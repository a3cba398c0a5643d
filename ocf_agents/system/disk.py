"""What has to outlive a loss of power."""

import posix


def synchronize(directory: str) -> None:
    """What was renamed in the directory is so on the disk; raises OSError."""
    descriptor = posix.open(directory, posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        posix.fsync(descriptor)
    finally:
        posix.close(descriptor)
