"""What a shell completes when Tab is pressed."""

from lstm_course.common.trouble import Trouble


def add_commands(commands, parser):
    """Adds the command to a parser.

    Args:
        commands: what `add_subparsers` gave.
        parser: the whole parser, whose commands and options are to be completed.
    """
    command = commands.add_parser(
        "completions",
        help="print what lets a shell complete commands and options",
        epilog='For bash: eval "$(lstm-course completions bash)" in ~/.bashrc, and so for zsh.',
    )
    command.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    command.set_defaults(run=lambda options: _print(options, parser))


def _print(options, parser):
    try:
        import shtab
    except ImportError:
        raise Trouble(
            "Completions need the package shtab, which comes with what instructors need: "
            "install it beside the course, as `lstm-course[instructors]` does."
        ) from None
    print(shtab.complete(parser, options.shell))
    return 0
