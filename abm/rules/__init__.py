"""What one agent does in one situation: pure functions of numbers, one file per mechanism."""
