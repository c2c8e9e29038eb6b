"""The tables: a file an aggregate. The runtime keeps its own in runtime.py; store.py is its Store port."""
