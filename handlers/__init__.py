"""What happens when somebody asks for something, or a timer fires: one file per capability."""
