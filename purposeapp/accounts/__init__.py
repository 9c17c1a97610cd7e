"""Sign-up, sign-in, sign-out, pending results and account deletion."""
