"""What terminal and page show: tables, JSON, wording, masking. It knows no terminal and no transaction."""
