"""When every sender that asks for acks waits for one, nothing more comes until a batch goes."""

from bridge.senders import Senders


def test_nobody_asks() -> None:
    assert not Senders().all_wait


def test_one_that_asks_waits_until_it_is_answered() -> None:
    senders = Senders()
    senders.asked("a")
    assert senders.all_wait
    senders.answered("a")
    assert not senders.all_wait


def test_all_must_wait() -> None:
    senders = Senders()
    senders.asked("a")
    senders.asked("b")
    assert senders.all_wait
    senders.answered("a")
    assert not senders.all_wait
    senders.asked("a")
    assert senders.all_wait


def test_a_sender_waits_until_all_its_chunks_are_answered() -> None:
    senders = Senders()
    senders.asked("a")
    senders.asked("a")
    senders.answered("a")
    assert senders.all_wait
    senders.answered("a")
    assert not senders.all_wait


def test_who_has_gone_is_waited_for_no_longer() -> None:
    senders = Senders()
    senders.asked("a")
    senders.asked("b")
    senders.answered("b")
    senders.gone("b")
    assert senders.all_wait
    senders.gone("a")
    assert not senders.all_wait


def test_an_answer_to_one_that_has_gone_changes_nothing() -> None:
    """Deliveries end after their connections do."""
    senders = Senders()
    senders.asked("a")
    senders.asked("b")
    senders.gone("b")
    senders.answered("b")
    senders.gone("b")
    assert senders.all_wait
