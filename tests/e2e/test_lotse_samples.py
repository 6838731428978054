"""The committed configurations are what the contracts say, and a server takes them."""

import os
import subprocess
from pathlib import Path

import pytest

from lotse_local import nkey
from lotse_local.broker_config import LEAF_SEED_VARIABLE
from lotse_local.engines import nats_server
from lotse_local.samples import samples

COMMITTED = Path(__file__).parents[2] / "deploy" / "nats"


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_committed_configuration_is_the_generated_one(name: str) -> None:
    assert (COMMITTED / name).read_text() == samples()[name]


@pytest.mark.parametrize("name", sorted(samples()))
def test_the_server_takes_a_committed_configuration(name: str) -> None:
    text = samples()[name]
    variables = {word.strip("$,") for word in text.split() if word.startswith("$NKEY_")}
    keys = {variable: nkey.public_of(nkey.new_seed()) for variable in variables}
    done = subprocess.run(
        [nats_server(), "-t", "--config", COMMITTED / name],
        env=os.environ | keys | {LEAF_SEED_VARIABLE: nkey.new_seed()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
