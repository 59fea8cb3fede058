"""What one reads and watches."""
