"""What is known of the real API and what is chosen: the clauses, their basis, and the page that tells of both."""
