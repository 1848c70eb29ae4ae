"""Send all rows to a server, and write down what they got."""

import sys

from tests.webui.hostile.table import PAGE, ROWS, page
from tests.webui.hostile.trial import GROWN, trial


def main() -> int:
    """1 if something was answered otherwise than it should be."""
    got = {}
    with trial() as attacked:
        for row in ROWS:
            got[row] = attacked.of(row)
            if got[row] != row.wanted:
                print(f"{row}: {got[row]}, not {row.wanted}")
        attacked.aftermath()
        print(f"{len(got)} rows; memory {attacked.memory >> 20} MiB before, {attacked.server.memory() >> 20} MiB after")
    PAGE.write_text(page(ROWS, got, grown=GROWN), "utf-8")
    return int(any(got[row] != row.wanted for row in ROWS))


if __name__ == "__main__":
    sys.exit(main())
