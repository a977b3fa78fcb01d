"""What the operator gives to RabbitMQ: exchanges, the retry ladder, one user per service."""
