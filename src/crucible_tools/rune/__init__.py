"""Reading legacy sources: text in, facts out. Knows no engine; what needs one gets an `Inspector` passed in."""
