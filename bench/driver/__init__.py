"""What `./dev bench` is made of: compile, measure, record, report."""
