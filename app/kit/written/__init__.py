"""What people write in tables, read: amounts of money, days, telephone numbers."""
