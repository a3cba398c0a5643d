"""Drills: a workload that notes what was confirmed, faults, observers, a verdict, and a report."""
