"""Series in time: recorded ones, simulated ones, and those in a file of your own."""
