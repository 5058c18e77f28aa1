"""What measures the product: run it with `python -m steerleads.benchmarks`. Nothing imports it."""
