#!/usr/bin/env bash
# Becomes a command of learner: learner.sh FOLDER COMMAND...
#
# What he has in his environment is said here. His shell is a login shell; it becomes the command, so that signals and
# the exit code are the command's own. All of it ends with whoever started it.
set -eu
umask 022
# shellcheck disable=SC2016 # the login shell fills it in
exec env PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/learner USER=learner LOGNAME=learner SHELL=/bin/bash \
    LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    setpriv --reuid=learner --regid=learner --init-groups --pdeathsig=KILL -- \
    bash --login -c 'cd "$1" && shift && exec -- "$@"' bash "$@"
