"""What may be told to whom, when and in which words; no clock, no database, no wire."""
