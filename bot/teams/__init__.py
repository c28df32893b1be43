"""Teams, on the way in: whom to believe, and what was said."""
