"""What the agency asks for: one function per business action, one transaction each."""
