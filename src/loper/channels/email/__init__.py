"""E-mail: out over SMTP, bounces in."""
