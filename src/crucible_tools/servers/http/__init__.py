"""The HTTP interface: tools as resources, for applications."""
