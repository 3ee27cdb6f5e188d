"""What pages have in common: tables over all rows, exports, the data's age."""
