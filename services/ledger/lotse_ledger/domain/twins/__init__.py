"""The books as plain text for two other programs, which compute every balance again without us."""
