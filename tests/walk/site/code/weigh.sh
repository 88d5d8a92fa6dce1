#!/bin/sh
# Says how much flour a number of loaves needs.
GRAMS=500
echo "$(($1 * GRAMS)) grams of flour"
