"""What may be said in a report, as the file that comes along says it."""

import json
from functools import cache
from importlib.resources import files

from lotse_referral.domain.reports import Parameters
from lotse_statistics.rules import Rules


@cache
def report_rules() -> Parameters:
    """Read once; it does not change while we run."""
    given = json.loads(files("lotse_referral").joinpath("data/report_rules.json").read_text(encoding="utf-8"))
    rules = Rules(count_min=given["count_min"], delicate=given["delicate"])
    return Parameters(given["version"], rules, given["median_min"], given["months_min"])
