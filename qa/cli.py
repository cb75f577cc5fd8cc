"""The command `copydesk`: one call made of what was typed, and an exit code made of how it ended."""

import os
import sys
from collections.abc import Sequence

from corpus.errors import CopydeskError
from qa.interrupt import Interrupts
from qa.options import parse
from qa.terminal import complain, speak_utf8

_STOPPED = 130  # 128 + SIGINT, as shells count


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 failed, 2 called wrongly, 130 stopped by Ctrl-C."""
    speak_utf8()
    with Interrupts() as interrupts:
        try:
            return _run(sys.argv[1:] if argv is None else argv)
        except CopydeskError as error:
            complain(str(error))
            return error.exit_code
        except KeyboardInterrupt:
            return _stopped()
        except BrokenPipeError:
            # The reader has gone, as `head` does. Point stdout elsewhere, or Python complains once more on its way out.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except Exception:
            if interrupts.heard:
                return _stopped()
            raise


def _run(argv: Sequence[str]) -> int:
    options = parse(argv)
    from qa.commands import run  # here, so that --help loads no more than it needs

    code = run(options, os.environ)
    sys.stdout.flush()
    return code


def _stopped() -> int:
    complain("stopped; an index that was there before is as it was")
    return _STOPPED
