"""How well a story is told, by measures that need no judge, and by narrow questions to one."""
