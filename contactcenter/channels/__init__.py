"""One file per channel on which customers write."""
