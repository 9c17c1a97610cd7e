"""Rooms: what a group may see of its answers, averages and ranges but no single answer."""
