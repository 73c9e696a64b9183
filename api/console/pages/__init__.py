"""What pages show: one frozen dataclass per page, ready to be written out."""
