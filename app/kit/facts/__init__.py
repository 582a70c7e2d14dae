"""Facts about firms, as slices tell them and policies take them: whole numbers in columns, one place a firm."""
