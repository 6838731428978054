"""Grant law as pure functions: each rule is a parameter of the decision with a default, and each answer cites both."""
