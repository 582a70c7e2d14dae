"""The ways out of the house: mail, the bureau's group chat, and in development a folder."""
