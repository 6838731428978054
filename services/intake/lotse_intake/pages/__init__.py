"""Documents for people to read: self-contained, printable, in their language."""
