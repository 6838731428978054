"""The embedded default: everything one machine needs to run one or more associations, and the command `lotse`."""
