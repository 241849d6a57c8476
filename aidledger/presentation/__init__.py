"""What terminal and page show: answers, JSON, words, masking; no terminal and no transaction."""
