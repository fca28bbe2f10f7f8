"""Telling somebody who is not looking: webhooks, chat bots, and a sign of life."""
