"""How an emulated market behaves in time: its lags, its moderator, its quota."""

from collections.abc import Callable

from attrs import Factory, frozen

from storesync.sandbox.quota import Quota
from storesync.sandbox.records import Listing


@frozen(kw_only=True)
class Behavior:
    """How an emulated market behaves in time; every delay in seconds.

    `search_lag` delays queries by anything but id, `read_lag` reads of a new listing by id, `extend_lag` the
    moment from which a new listing accepts its second step, `review_delay` the moderator. `rejects` names the
    moderator's reason, or none to accept.
    """

    search_lag: float = 0.0
    read_lag: float = 0.0
    extend_lag: float = 0.0
    review_delay: float = 0.0
    rejects: Callable[[Listing], str | None] | None = None
    quota: Quota = Factory(Quota)
    keep_files: bool = False
    log_limit: int | None = None
