"""What the documentation says of the code, written by the code: tables of the ODD protocol, mechanisms, commands.

Nothing of the model imports this; `make docs` runs it.
"""
