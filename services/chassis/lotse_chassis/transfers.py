"""What crosses to another association is sealed to its key and signed by ours; what comes is verified, then opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from lotse_chassis.faults import Malformed, Refused
from lotse_chassis.settings import Partner
from lotse_contracts.envelope import Envelope, Message, SealedTransfer, Transfer, signed_bytes, to_json
from lotse_contracts.sealed import CannotOpen, open_sealed, seal, sign, signature_holds

TRANSFER_AGE_MAX = timedelta(days=40)  # longer than the link may be down, shorter than the inbox knows an id


@dataclass(frozen=True)
class Signer:
    """Whose voice a service speaks with."""

    association: str
    service: str
    sign_key: Ed25519PrivateKey | None = None
    seal_key: X25519PrivateKey | None = None
    partners: Mapping[str, Partner] = field(default_factory=dict)


def sealed_json(envelope: Envelope[Message], message: Transfer, signer: Signer) -> bytes:
    """The envelope on the wire. Raises Refused if the receiver is no partner."""
    partner = signer.partners.get(message.to)
    if partner is None or signer.sign_key is None:
        raise Refused("unknown_partner", fields=("to",))
    sealed = seal(
        message.model_dump_json().encode(),
        partner.seal_key(message.SERVICE),
        type_name=message.type_name(),
        key=message.key,
    )
    unsigned = envelope.model_copy(update={"data": SealedTransfer(sealed=sealed, signature="", signer=envelope.tenant)})
    signature = sign(signed_bytes(unsigned), signer.sign_key)  # type: ignore[arg-type]
    signed = unsigned.model_copy(update={"data": unsigned.data.model_copy(update={"signature": signature})})
    return to_json(signed)


def opened(envelope: Envelope[SealedTransfer], expected: type[Transfer], signer: Signer, *, now: datetime) -> Transfer:
    """The transfer inside. Raises Refused if the sender is unknown, the signature false or the time too long ago,
    Malformed if it is none.
    """
    sender = envelope.data.signer
    partner = signer.partners.get(sender)
    if partner is None or envelope.tenant != sender or not envelope.source.startswith(f"{sender}/"):
        raise Refused("unknown_partner", fields=("signer",))
    if not signature_holds(signed_bytes(envelope), envelope.data.signature, partner.verify):
        raise Refused("signature_false", fields=("signature",))
    if envelope.time < now - TRANSFER_AGE_MAX:
        raise Refused("order_too_old", fields=("time",))
    if signer.seal_key is None:
        raise Refused("not_sealed_to_us", fields=("sealed",))
    try:
        inner = open_sealed(envelope.data.sealed, signer.seal_key, type_name=envelope.type, key=envelope.subject or "")
        transfer = expected.model_validate_json(inner)
    except CannotOpen as fault:
        raise Refused("not_sealed_to_us", fields=("sealed",)) from fault
    except ValidationError as fault:
        raise Malformed(("sealed",)) from fault
    if transfer.to != signer.association or transfer.key != envelope.subject:
        raise Refused("not_sealed_to_us", fields=("to",))
    return transfer
