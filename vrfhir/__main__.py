"""``python -m vrfhir`` is the ``vrfhir`` command."""

import sys

from vrfhir.cli import main

sys.exit(main())
