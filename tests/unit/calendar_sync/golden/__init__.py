"""G18: events as the providers answer them, and the spans that they must become."""
