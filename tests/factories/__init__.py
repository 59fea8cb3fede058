"""The smallest valid rows, and scenes made of them. Ayu learns, Budi is in another class, Citra teaches, Dewi administers."""
