"""The ledger: what happened, provable afterwards by anyone. Entries, tree, checkpoints, proofs, export, verification."""
