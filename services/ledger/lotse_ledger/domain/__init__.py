"""What is true about money and law: pure, without clock, database or wire."""
