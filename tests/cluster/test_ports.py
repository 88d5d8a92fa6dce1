"""Each cluster has ports of its own; where another program has one of them, it takes those of the next slot."""

import socket

import pytest

from cluster import ClusterError, ports, state
from cluster.inside.slurm_conf import SLOTS, Ports


@pytest.fixture
def last_two(monkeypatch):
    """Only the last two slots are free, which no other test gets to."""
    monkeypatch.setattr(state, "used_slots", lambda: set(range(SLOTS - 2)))
    return SLOTS - 2, SLOTS - 1


def test_no_two_slots_share_a_port():
    everything = [port for slot in range(SLOTS) for port in Ports(slot).all(64)]
    assert len(set(everything)) == len(everything)
    assert max(everything) < 32768, "above, the kernel gives ports to any program"


def test_a_port_that_somebody_has_is_left_to_him(last_two):
    one, other = last_two
    assert ports.free_slot(4) == one
    with socket.create_server(("127.0.0.1", Ports(one).nodes(4)[3])):
        assert ports.free_slot(3) == one
        assert ports.free_slot(4) == other
        with socket.create_server(("127.0.0.1", Ports(other).database)), pytest.raises(ClusterError) as refusal:
            ports.free_slot(4)
    assert str(refusal.value) == f"needs port {Ports(one).nodes(4)[3]} of this machine: Address already in use"


def test_when_all_slots_are_used_there_is_one_line(monkeypatch):
    monkeypatch.setattr(state, "used_slots", lambda: set(range(SLOTS)))
    with pytest.raises(ClusterError, match=f"^{SLOTS} practice clusters are up already$"):
        ports.free_slot(4)
