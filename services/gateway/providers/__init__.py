"""The other services that the gateway asks over their internal APIs."""
