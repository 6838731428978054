"""Group offers and who comes."""
