"""``python -m aidledger``."""

from aidledger.cli.main import main

if __name__ == "__main__":
    main()
