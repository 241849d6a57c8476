"""Tables, the constraints and triggers that hold them, migrations."""
