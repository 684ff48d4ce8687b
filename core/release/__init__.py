"""Release: a candidate is proposed, judged by a person, and given to an alias."""
