"""What matching keeps."""
