"""Networks of Values: layers, costs, residuals, training."""
