"""What is kept in MongoDB; each module answers the questions of one noun."""
