"""The forms that legacy tools are written in (legacy-tools.md, "Forms"): from the facts of a source to its tools."""
