"""Files as they come (spreadsheets, GIS, lists of records, ZIPs) to tables of texts."""
