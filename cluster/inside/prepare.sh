#!/bin/sh
# Makes the root of the practice cluster out of a Debian that has the packages of packages.txt.
#
# Runs once, as root, in the new root: Apptainer, seff, the user learner, and a database that knows the lesson's account.
#
# prepare.sh [SLOT]   where other clusters are up, the ports of which slot the database may use
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
slot=${1:-0}

die() {
    echo "prepare: $*" >&2
    exit 1
}

# apt-get with one source, not those of this root: apt_of SOURCE COMMAND...; it works in the current folder.
apt_of() {
    mkdir -p lists/partial archives/partial
    echo "$1" >sources.list
    shift
    own_apt update
    own_apt "$@"
}

own_apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$PWD/lists" \
        -o Dir::Cache="$PWD" -o APT::Sandbox::User=root "$@"
}

# No stable Debian has Apptainer. Debian's unstable one wants a newer libc than this root has, so it gets a private one:
# an ordinary installation would replace the libc of everything else too.
install_apptainer() {
    apt_of "deb $source sid main" download apptainer libc6
    dpkg -x apptainer_*.deb /
    dpkg -x libc6_*.deb libc
    mkdir -p /usr/lib/apptainer-libc
    find libc -type f \( -name 'lib*.so.*' -o -name 'ld-linux*.so.*' \) -exec cp -a {} /usr/lib/apptainer-libc/ \;
    loader=$(find /usr/lib/apptainer-libc -name 'ld-linux*.so.*' | head -n 1)
    for program in /usr/bin/apptainer "$(find /usr/lib /usr/libexec -path '*apptainer/bin/starter' | head -n 1)"; do
        patchelf --set-interpreter "$loader" --force-rpath --set-rpath /usr/lib/apptainer-libc "$program"
    done
    # It finds its settings from where it lies. Learner finds it by links, and start.py takes those away that a site with
    # modules has not.
    mv /usr/bin/apptainer /usr/sbin/
    mkdir -p /opt/apptainer/bin
    for name in apptainer singularity; do
        ln -sf /usr/sbin/apptainer "/usr/bin/$name"
        ln -sf /usr/sbin/apptainer "/opt/apptainer/bin/$name"
    done
    apptainer version >/dev/null || die "Apptainer does not start"
}

# What Debian packages of Slurm is without `seff`, which a site's login node has. Its source is with it, but not all
# mirrors have sources: a cluster goes without it then.
install_seff() {
    apt_of "deb-src $source $release main" --print-uris source slurm-wlm |
        sed -n "s/^'\([^']*\)' [^ ]*\.orig\.tar\.[a-z0-9]* [0-9]* \(SHA256:.*\)/\1 \2/p" >seff.uri
    read -r uri checksum <seff.uri &&
        /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$uri" slurm.tar "$checksum" &&
        tar -x --strip-components=3 --wildcards -f slurm.tar '*/contribs/seff/seff' &&
        sed -i '/^use warnings;$/d' seff && # Perl would warn about a line of it before each answer
        install seff /usr/local/bin/
}

make_learner() {
    useradd --create-home --uid 2000 --user-group --shell /bin/bash --comment Learner learner
    # Apptainer and Podman show the users of an image as these ids.
    for file in /etc/subuid /etc/subgid; do
        printf 'root:100000:65536\nlearner:200000:65536\n' >"$file"
    done
    # Where fuse may mount for others, an image need not be unpacked first.
    sed -i '/user_allow_other/d' /etc/fuse.conf
    echo user_allow_other >>/etc/fuse.conf
    mkdir -p /etc/containers
    cat >/etc/containers/containers.conf <<'EOF'
[containers]
# More than what this process may have can't be given.
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
# A network of its own would need a device, and cgroups of its own a right, that learner does not have everywhere.
netns = "host"
cgroups = "disabled"
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
EOF
    # Without it, `docker` says each time that it is Podman.
    touch /etc/containers/nodocker
    cat >/etc/profile.d/practice-cluster.sh <<'EOF'
export LANG=C.UTF-8
# Images are built in half the time and read with half the work, and are a little larger.
export APPTAINER_MKSQUASHFS_ARGS="-comp lz4"
PS1='\u@\h:\w\$ '
EOF
    # bash reads this after the profile, and it sets another prompt.
    grep '^PS1=' /etc/profile.d/practice-cluster.sh >>/home/learner/.bashrc
}

# The tables of Slurm's database take longer to make than the whole cluster takes to start: they are made here, once.
make_database() {
    cat >/etc/mysql/mariadb.conf.d/99-practice-cluster.cnf <<'EOF'
[mysqld]
skip-networking
skip-name-resolve
innodb_buffer_pool_size = 64M
innodb_log_file_size = 16M
innodb_lock_wait_timeout = 900
innodb_flush_log_at_trx_commit = 0
innodb_flush_method = fsync
innodb_doublewrite = 0
innodb_use_native_aio = 0
EOF
    rm -rf /var/lib/mysql
    install -d -o mysql -g mysql /var/lib/mysql
    mariadb-install-db --user=mysql --skip-test-db --auth-root-authentication-method=socket >/dev/null
    python3 "$here/start.py" --accounting "$slot" sh -euc '
        sacctmgr -i add cluster lesson
        sacctmgr -i add account lesson Description=lesson Organization=lesson
        sacctmgr -i add user learner account=lesson'
}

release=$(sed -n "s/^VERSION_CODENAME=//p" /etc/os-release)
mirror=$(apt-get --print-uris update | sed -n "s#^'\(.*\)/dists/$release/InRelease'.*#\1#p" | head -n 1)
[ -n "$mirror" ] || die "apt here has no source of Debian $release"
source="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror"
work=$(mktemp -d)
cd "$work"
install_apptainer
install_seff || echo "prepare: no seff, because Debian's source of Slurm can't be fetched here" >&2
cd /
rm -r "$work"
# A site without modules has no command `module`; start.py brings it back.
rm -f /etc/profile.d/modules.sh /etc/profile.d/modules.csh
make_learner
mkdir -p /etc/slurm /var/log/slurm /var/lib/registry /etc/containers/registries.conf.d
make_database
