#!/bin/bash
#SBATCH --job-name=jupyter
#SBATCH --time=01:00:00
#SBATCH --mem=1G
#SBATCH --cpus-per-task=1
#SBATCH --output=%x_%j.log

set -euo pipefail

# The token will be in this log, so nobody but you may read it.
chmod go-rwx /dev/stdout

# A port that is free on this node. If somebody is faster, Jupyter ends.
port=$(env/bin/python -c '
import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')

echo "On your laptop: ssh -N -L $port:127.0.0.1:$port -J $USER@LOGIN $USER@$(hostname)"
env/bin/jupyter lab --no-browser --ip=127.0.0.1 --port="$port" \
    --ServerApp.port_retries=0
