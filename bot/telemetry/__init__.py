"""Traces of calls for a collector. Imported only where there is one."""
