"""What is offered: courses, their modules and activities."""
