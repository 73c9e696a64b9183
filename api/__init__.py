"""Every door: JSON, console, webhooks, worker, command line."""
