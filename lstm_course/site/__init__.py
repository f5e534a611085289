"""The course as a web site that asks no other host for anything."""
