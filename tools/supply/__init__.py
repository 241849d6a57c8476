"""What others wrote and we install: few packages, pinned by hash, asked after for known vulnerabilities."""
