"""The data of the lessons: what ships, what is fetched, and what is made."""
