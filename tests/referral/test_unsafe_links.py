"""What was sent to her contact opens nothing once that is unsafe, or hers no more: somebody else may read it."""

from lotse_contracts.intake import ContactSafetyChanged
from tests.referral.her import Her, link_in, path_of, rows


async def test_links_in_messages_open_nothing_once_her_contact_is_unsafe(her: Her) -> None:
    first = link_in(await her.referred())
    asked = link_in(await her.is_asked())
    assert asked.answer_url is not None
    await her.opens(first.url)
    assert "Jobcenter" in await her.page()
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False))
    assert "Jobcenter" not in await her.page()
    assert (await her.opens(asked.url)).status_code == 404
    button = await her.browser.post(path_of(asked.answer_url), json={"answer": "no_longer_needed"})
    assert button.status_code == 404
    assert await her.desk.state(her.person.referral_id) == "delivered"


async def test_code_and_pin_stay_hers_whatever_becomes_of_her_contact(her: Her) -> None:
    await her.referred()
    await her.proves("code")
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False))
    assert "Jobcenter" in await her.page()
    assert len(await rows(her.desk, "own_session")) == 1


async def test_old_news_of_an_unsafe_contact_closes_nothing(her: Her) -> None:
    url = link_in(await her.referred()).url
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=2, safe=True))
    await her.desk.hears(ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=False))
    await her.opens(url)
    assert "Jobcenter" in await her.page()


async def test_what_was_sent_to_an_address_that_is_hers_no_more_opens_nothing(her: Her) -> None:
    url = link_in(await her.referred()).url
    changed = ContactSafetyChanged(person_id=her.person.person_id, version=1, safe=True, replaced=True)
    assert await her.desk.hears(changed) == []
    assert (await her.opens(url)).status_code == 404
    fresh = link_in(await her.is_asked()).url
    await her.opens(fresh)
    assert "Jobcenter" in await her.page()
