"""The directory beyond its first shape: HSDS 3.1 with our extension."""
