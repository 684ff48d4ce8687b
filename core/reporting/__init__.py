"""What is handed to others about a version, as values and as documents."""
