"""What stands in the sandbox in place of the course's own modules."""
