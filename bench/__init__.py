"""What the engine costs, as a table: each figure beside its peers in the same run."""
