"""What a log can be trusted with: its quality; cases cut out of streams that have none."""
