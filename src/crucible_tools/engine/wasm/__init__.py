"""The room of wasmtime: the compiled guest, its instances, their memory and how they stop.

Calls go through the C API (`capi`): the package's own `Func.__call__` costs 133 µs where these cost 8 to 12, and it
knows no asynchronous calls.
"""
