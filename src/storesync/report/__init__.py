"""Views for people and programs: plans, prices, runs and channels as terminal tables, as JSON, and as one HTML page.

The terminal views need rich and the page needs Jinja2 (extra `cli`), so each view is imported by its own module.
"""
