"""One module per group of figures; each answers rows of the table."""
