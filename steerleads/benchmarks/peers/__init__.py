"""What the product is compared with: servers of the same API over the same tables, each as its users would write it."""
