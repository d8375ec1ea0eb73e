"""The settings that a command works with, and what is to be said about them."""

from crucible_tools.cli.terminal import Terminal
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration


def configured(terminal: Terminal, flags: Flags) -> Configuration:
    """Every setting; what is worth a warning is told.

    Raises:
        ConfigurationError: a value is wrong, a name is unknown, or a named file can't be read.
    """
    configuration = read_configuration(flags)
    for warning in configuration.warnings:
        terminal.warn(warning)
    return configuration
