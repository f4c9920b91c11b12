"""What was found, as figures: made from results and declarations only."""
