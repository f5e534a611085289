"""What everybody needs and nobody owns; it imports nothing else of the course."""
