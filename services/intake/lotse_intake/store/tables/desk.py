"""Staff, teams, and the way of a concern."""
