"""What `bench/run.py` is made of: servers, load, stored verdicts, bars and the report."""
