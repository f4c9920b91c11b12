"""The laboratory's server as it is, but that the model breaks under one seed: what happens then can be looked at."""

from __future__ import annotations

import sys

from abm.model import OutcomeContractingModel
from abm.show.app.serve import serve

FAULTY, MONTH = 666, 5
whole = OutcomeContractingModel.step


def breaking(model):
    if int(model.world.clock["seed"][0]) == FAULTY and model.month == MONTH - 1:
        raise ZeroDivisionError("<b>a fault</b> of the test's own")
    whole(model)


if __name__ == "__main__":
    OutcomeContractingModel.step = breaking
    serve(port=int(sys.argv[1]), browser=False)
