"""The Django half: tables, actions, queries, pages and the door for machines."""
