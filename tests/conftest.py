"""Settings of all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Tests in memory are alike on every machine: same examples, no file of past ones, no stopwatch.
settings.register_profile(
    "here",
    max_examples=25,
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# For make check, which is waited for.
settings.register_profile("few", settings.get_profile("here"), max_examples=10)
settings.load_profile("here")
