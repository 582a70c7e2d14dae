"""What the tests stand on: database servers, templates, the signed-in client, query counting."""
