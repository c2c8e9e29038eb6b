"""Pages of the office: what an organisation connects, keeps in order and answers for before and while it is live."""
