"""The bus: topology, outbox and relay, what becomes of failed messages, replay."""
