"""Reviews: those written for the course, and the film reviews that are fetched."""
