"""Those who carry a message out of the house, each behind the same closed set of outcomes."""
