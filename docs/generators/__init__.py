"""What is generated from the contracts and the services, so that it cannot say anything else than they do."""
