"""What shows that the checks find what they should, for authors and tests."""
