"""Views for people and programs: plans, prices, runs and channels on a terminal, as JSON, as a page.

The terminal needs rich and the page Jinja2 (extra `cli`), so each view is imported by its own module.
"""
