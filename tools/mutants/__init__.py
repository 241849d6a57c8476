"""Would the tests notice? Small faults, put one at a time into the modules that move or count money."""
