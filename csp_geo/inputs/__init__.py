"""Files to reports: what a file is, which column is what, where and when each report belongs."""
