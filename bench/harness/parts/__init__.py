"""What is measured: each part says how (measure), how it is shown (show), and what is promised (bars)."""

from . import closed, control, direct, first, keys, limited, memory, miss, open_loop, profile, revoke, start

PARTS = {
    "direct": direct,
    "open": open_loop,
    "closed": closed,
    "start": start,
    "first": first,
    "miss": miss,
    "memory": memory,
    "keys": keys,
    "limited": limited,
    "revoke": revoke,
    "control": control,
    "profile": profile,  # last: the recorder stays in the process
}
