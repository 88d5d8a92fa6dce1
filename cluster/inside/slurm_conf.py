"""Writes the configuration of Slurm: several nodes on one machine, for the user learner."""

import os
import pwd
import shutil
import socket
from pathlib import Path
from typing import Any

ETC = Path("/etc/slurm")
# What `up` has options for, and which ports: practice-cluster has its defaults from here, too.
DEFAULTS: dict[str, Any] = {
    "nodes": 4, "cpus": 2, "memory": 4000, "max_array_size": 1001, "partitions": ["short", "long"], "slot": 0,
    "modules": False,
}  # fmt: skip
SLOTS = 20  # so many clusters can be up on one machine, with ports below those that the kernel gives to any program


class Ports:
    """The ports of one cluster: the clusters on a machine have one slot each."""

    def __init__(self, slot: int) -> None:
        """Give each daemon its port."""
        self.controller = 17000 + 100 * slot  # of slurmctld
        self.database = self.controller + 1  # of slurmdbd
        self.registry = self.controller + 2  # of the stand-in base image

    def nodes(self, count: int) -> range:
        """Return the ports of the slurmd of each node."""
        return range(self.controller + 11, self.controller + 11 + count)

    def all(self, nodes: int) -> list[int]:
        """Return all of them, for so many nodes."""
        return [self.controller, self.database, self.registry, *self.nodes(nodes)]


SLURM_CONF = """\
# Written by the practice cluster.
ClusterName=lesson
SlurmctldHost={host}(127.0.0.1)
SlurmUser=slurm
AuthType=auth/munge
# A job that lost its node starts again after this many seconds; the default is 120.
AuthInfo=cred_expire=20
{communication}
SlurmctldPort={controller_port}
SlurmctldPidFile=/run/slurm/slurmctld.pid
SlurmdPidFile=/run/slurm/slurmd-%n.pid
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd-%n
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd-%n.log
MailProg=/bin/true
PropagateResourceLimits=NONE
# A node that stops answering is found after some seconds (a site waits for minutes), and its jobs start again.
SlurmdTimeout=15
ReturnToService=2
JobRequeue=1
OverTimeLimit=0
MaxArraySize={max_array_size}
# Without these two a job of seconds would spend most of its time waiting.
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU={memory_per_cpu}
{enforcement}
JobAcctGatherFrequency=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={database_port}
AccountingStorageEnforce=associations,limits
NodeName=DEFAULT CPUs={cpus} RealMemory={memory} State=UNKNOWN
NodeName=n[1-{nodes}] NodeAddr=127.0.0.1 Port={node_ports}
{partitions}
"""
WITH_CGROUP = "ProctrackType=proctrack/cgroup\nTaskPlugin=task/cgroup\nJobAcctGatherType=jobacct_gather/cgroup"
WITHOUT_CGROUP = "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/linux"

CGROUP_CONF = """\
CgroupPlugin=cgroup/{version}
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
ConstrainSwapSpace=yes
AllowedSwapSpace=0
{more}"""

SLURMDBD_CONF = """\
AuthType=auth/munge
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={database_port}
SlurmUser=slurm
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc=slurm_acct
{communication}
PidFile=/run/slurm/slurmdbd.pid
LogFile=/var/log/slurm/slurmdbd.log
"""


def communication() -> str:
    """Return the line with which the daemons can be reached from this machine only, if its name means itself.

    While an image is built, the name of the machine may mean another address, or nothing.
    """
    try:
        on_loopback = socket.gethostbyname(socket.gethostname()).startswith("127.")
    except OSError:
        on_loopback = False
    # Without EnableIPv6, Slurm finds no address on a machine that is offline, not even 127.0.0.1.
    return "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny,EnableIPv6" if on_loopback else ""


def slurm_conf(options: dict, cgroup: str) -> str:
    """Return slurm.conf for the options of `up`; cgroup is "v1", "v2" or "none"."""
    nodes, names, ports = options["nodes"], options["partitions"], Ports(options["slot"])
    partitions = [f"PartitionName={name} Nodes=n[1-{nodes}] MaxTime=7-00:00:00" for name in names]
    partitions[0] = f"PartitionName={names[0]} Nodes=n[1-{nodes}] Default=YES MaxTime=1:00:00 DefaultTime=1:00:00"
    return SLURM_CONF.format(
        **options | {"partitions": "\n".join(partitions)},
        host=socket.gethostname(),
        communication=communication(),
        controller_port=ports.controller,
        database_port=ports.database,
        node_ports=f"{ports.nodes(nodes)[0]}-{ports.nodes(nodes)[-1]}",
        memory_per_cpu=options["memory"] // options["cpus"] // 2,
        enforcement=WITHOUT_CGROUP if cgroup == "none" else WITH_CGROUP,
    )


def write(options: dict, cgroup: str) -> None:
    """Write the three files of /etc/slurm."""
    ETC.mkdir(exist_ok=True)
    ETC.joinpath("slurm.conf").write_text(slurm_conf(options, cgroup))
    more = "IgnoreSystemd=yes\n" if cgroup == "v2" else ""
    ETC.joinpath("cgroup.conf").write_text(CGROUP_CONF.format(version="v1" if cgroup == "none" else cgroup, more=more))
    secret = ETC / "slurmdbd.conf"
    database = Ports(options["slot"]).database
    secret.write_text(SLURMDBD_CONF.format(database_port=database, communication=communication()))
    os.chmod(secret, 0o600)
    shutil.chown(secret, pwd.getpwnam("slurm").pw_uid)
