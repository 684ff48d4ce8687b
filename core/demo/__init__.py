"""Generated posts for trying Signoff without collecting anything: word lists in, posts out."""
