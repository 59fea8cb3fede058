"""The frame of every page: navigation, guard, errors, headers, words."""
