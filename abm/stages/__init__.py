"""The month's stages: thin compiled loops that apply rules to every row and write columns in one visible place."""
