"""Ways to reach a customer: one folder a channel, each behind the port `Channel` of `loper.run.ports`.

To add one, copy one (docs/how-to/add-a-channel.md). A channel belongs to one thread; `PerThread` gives each its own:

    PerThread(lambda: EmailChannel(settings, clock.now))
"""

from loper.channels.threads import PerThread

__all__ = ["PerThread"]
