"""Decide whether a feed's times are local times or UTC."""
