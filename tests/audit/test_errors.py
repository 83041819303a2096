from audit.errors import AuditError, NotAnEvent


def test_all_that_the_kernel_raises_has_one_ancestor() -> None:
    assert issubclass(NotAnEvent, AuditError)
