"""The command `password`: a line that lets a user in, made of a password typed where nobody sees it."""

import getpass
import sys

from corpus.errors import MisuseError
from qa.door import default_users_file
from qa.options import Options
from qa.settings import Settings
from qa.terminal import as_json, complain
from qa.users import check_name, user_line


def password(options: Options, settings: Settings) -> int:
    """The exit code of `copydesk password NAME`. The line goes to standard output, the password nowhere."""
    if options.name is None:
        raise MisuseError("password needs the name of a user; run: copydesk password NAME")
    if not sys.stdin.isatty():
        raise MisuseError("a password is typed on a terminal, never piped or given as an option; run it in one")
    check_name(options.name)  # before anything is typed in vain
    try:
        typed, again = (getpass.getpass(prompt) for prompt in ("Password: ", "Once more: "))
    except EOFError:
        raise MisuseError("no password was typed; run it again") from None
    if typed != again:
        raise MisuseError("the two passwords differ; run it again")
    line = user_line(options.name, typed)
    print(as_json({"line": line}) if options.json else line)
    if sys.stdout.isatty():
        file = options.auth_file or settings.auth_file or default_users_file()
        complain(f"add that line to {file} and run: chmod 600 {file}; then serve with --auth")
    return 0
