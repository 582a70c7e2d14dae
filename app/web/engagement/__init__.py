"""What is asked of a firm and done with it: requests, visits, rounds, the burden count."""
