"""The commands of `lotse`, one module each: what it is told and what it answers with."""
