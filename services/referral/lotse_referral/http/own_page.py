"""Her own page over HTTP."""

from fastapi import APIRouter

from lotse_chassis.service import Service
from lotse_referral.settings import ReferralSettings


def routes(service: Service, settings: ReferralSettings) -> APIRouter:
    """The routes below `/me`."""
    del service, settings
    return APIRouter()
