"""Ways to reach a customer: one folder a channel, each behind the port `Channel` of `loper.run.ports`.

To add one, copy one (docs/how-to/add-a-channel.md).
"""
