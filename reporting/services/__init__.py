"""What people ask for: one function per business action, one transaction each."""
