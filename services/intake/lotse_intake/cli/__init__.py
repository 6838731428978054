"""The commands of intake's administrators."""
