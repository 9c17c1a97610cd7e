"""Advice: which tip fits whom, how its text is read, and what helps to keep the tips good."""
