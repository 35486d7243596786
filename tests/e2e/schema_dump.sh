#!/bin/bash
# schema/schema.sql tells in one text what the files of schema/ make. It is made by schema/dump, so
# that a review sees what a change of many files comes to.
set -euo pipefail
cd "$(dirname "$0")/../.."

if difference=$(diff <(schema/dump) schema/schema.sql); then
    echo "1 passed, 0 failed"
else
    head -40 <<<"$difference"
    echo 'schema/schema.sql is not current: schema/dump > schema/schema.sql'
    echo "0 passed, 1 failed"
    exit 1
fi
