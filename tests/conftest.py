"""What all tests share."""

from hypothesis import HealthCheck, settings

# These machines are noisy: no test may fail for being slow, only for being wrong.
settings.register_profile("loper", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loper")
