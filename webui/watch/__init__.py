"""What is told to those who look after a server: logs with request ids, and figures."""
