"""List the lessons, and run them one after another."""

from __future__ import annotations

import argparse
import sys

from examples.lectures.contents import CONTENTS, LESSONS, module_of, title_of
from examples.lectures.lesson import add_options, teach, while_it_is_read


def print_contents():
    """The titles of all lessons, by lecture."""
    width = max(map(len, LESSONS))
    for lecture, names in CONTENTS.items():
        print(f"\n{lecture}\n")
        for name in names:
            print(f"  {name:{width}}  {title_of(name)}")


def main():
    """List, then run all, or those named."""
    parser = argparse.ArgumentParser(
        prog="lectures",
        description=sys.modules[__name__].__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; all if none is named")
    parser.add_argument("--list", action="store_true", help="only list them")
    add_options(parser)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in LESSONS]
    if unknown:
        sys.exit(f"lectures: {', '.join(unknown)}: expected names that --list shows")
    with while_it_is_read():
        if options.list or not options.names:
            print_contents()
        for name in () if options.list else options.names or LESSONS:
            print(f"\n{'─' * 100}\n{name}: {title_of(name)}\n")
            teach(name, module_of(name).show, options)


if __name__ == "__main__":
    main()
