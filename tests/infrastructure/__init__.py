"""Real servers for the tests: MongoDB, RabbitMQ, the sandbox, the demo; started on first use, stopped at the end."""
