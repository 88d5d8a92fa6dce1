#!/bin/sh
# Makes the cluster's own view of the files and becomes its process 1; runs in namespaces of its own.
#
# mounts.sh ROOT LIVE HOME REGISTRY CGROUPS FOLDERS OPTIONS
#   ROOT      the root folder with the packages, which stays as it is
#   LIVE      what this cluster writes to disk: home, scratch, tmp, log; what is not there is written to memory
#   HOME      a folder of the machine for /home/learner, or nothing
#   REGISTRY  the stand-in base image, or nothing
#   CGROUPS   "v2", or the controllers of cgroup v1, one word a mount
#   FOLDERS   folders of the machine that pip needs, read-only
#   OPTIONS   for start.py
set -eu
root=$1 live=$2 home=$3 registry=$4 cgroups=$5 folders=$6 options=$7
inside=$(cd "$(dirname "$0")" && pwd)

# /proc is still the machine's: this is our number as the machine counts.
read -r pid _ </proc/self/stat
echo "pid $pid"

new=$live/root
mount -t tmpfs -o mode=755 tmpfs "$live/memory"
mkdir "$live/memory/upper" "$live/memory/work"
mount -t overlay -o "lowerdir=$root,upperdir=$live/memory/upper,workdir=$live/memory/work" overlay "$new"
cd "$new"
mkdir -p opt/practice-cluster var/lib/nodes var/log/slurm scratch old
mount --bind -o ro "$inside" opt/practice-cluster
# On disk, and not on an overlay: images are built here.
for folder in home scratch tmp var/tmp var/lib/nodes var/log/slurm; do
    mount --bind "$live/$folder" "$folder"
done
if [ -n "$home" ]; then
    mount --bind "$home" home/learner
else
    # Otherwise Podman copies the whole image at each step.
    printf '[storage]\ndriver = "overlay"\n' >etc/containers/storage.conf
fi
[ -z "$registry" ] || mount --bind -o ro "$registry" var/lib/registry
for folder in $folders; do
    mkdir -p ".$folder"
    mount --bind -o ro "$folder" ".$folder"
done

mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro sysfs sys
case $cgroups in
v2)
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    # Slurm gives controllers to groups below this one, which only works when no process is in it.
    mkdir -p sys/fs/cgroup/daemons
    echo 0 >sys/fs/cgroup/daemons/cgroup.procs
    ;;
?*)
    mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
    for controllers in $cgroups; do
        mkdir "sys/fs/cgroup/$controllers"
        mount -t cgroup -o "$controllers" cgroup "sys/fs/cgroup/$controllers"
        IFS=,
        # shellcheck disable=SC2086 # cpu,cpuacct are two names of one mount
        for name in $controllers; do
            [ -e "sys/fs/cgroup/$name" ] || ln -s "$controllers" "sys/fs/cgroup/$name"
        done
        unset IFS
    done
    ;;
esac

mount -t tmpfs -o mode=755 tmpfs dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 fuse:10:229; do
    IFS=: read -r name major minor <<EOF
$device
EOF
    [ ! -e "/dev/$name" ] || mknod -m 666 "dev/$name" c "$major" "$minor"
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
ln -s pts/ptmx dev/ptmx
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mkdir run/lock

# How this machine reaches others.
cp -L /etc/resolv.conf etc/ 2>/dev/null || true
{ echo "127.0.0.1 login localhost"; cat /etc/hosts || true; echo; } >etc/hosts
echo login >etc/hostname
hostname login

pivot_root . old
cd /
umount --lazy /old
rmdir /old 2>/dev/null || true
# Podman warns without it. Nothing reaches the machine: this view has no peer there.
mount --make-rshared /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    python3 /opt/practice-cluster/init.py "$options"
