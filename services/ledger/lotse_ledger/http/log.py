"""The signed roots over the log, and the rules and parameters that answers cite."""

from fastapi import Request

from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.law.rules import RULES
from lotse_ledger.domain.law.terms import PARAMETERS, Terms, cite
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.answers import CheckpointShape, CheckpointsShape, ParameterShape, RuleShape, RulesShape
from lotse_ledger.http.dates import Books
from lotse_ledger.http.exchange import may_change, router
from lotse_ledger.store import witness

NOT_PROVEN = (
    "A checkpoint does not prove that everything was booked, that the vouchers are genuine, or that the expenditure"
    " is eligible."
)

routes = router()


@routes.get("/checkpoints")
async def checkpoints(request: Request, at: Books) -> CheckpointsShape:
    """The latest signed roots over the log, and which partner countersigned by now."""
    may_change(request)
    origin = gate_of(request).house.origin or origin_of(at.association)
    found = tuple(
        CheckpointShape(
            origin=origin,
            size=one.size,
            root_sha256=one.root.hex(),
            signed_at=one.signed_at,
            signature=one.signature,
            cosigned_by=one.cosigned_by,
        )
        for one in await witness.checkpoints(at.tx)
    )
    return CheckpointsShape(checkpoints=found, not_proven=NOT_PROVEN)


@routes.get("/rules")
async def rules() -> RulesShape:
    """What the codes in answers mean, where each rule is written, and each parameter with its default.

    The decision of the city outranks every rule here.
    """
    defaults = Terms()
    return RulesShape(
        rules=tuple(
            RuleShape(code=one.code, title_de=one.title_de, title_en=one.title_en, source=one.source)
            for one in RULES.values()
        ),
        parameters=tuple(
            ParameterShape(
                parameter=name, rule=one.rule, meaning=one.meaning, default=cite(defaults, name)[0].value or ""
            )
            for name, one in PARAMETERS.items()
        ),
    )
