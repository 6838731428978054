"""Goals, tasks, notes, households, and what is counted."""
