#!/usr/bin/env bash
# The README's walk-through: runs its commands against a fresh service and prints them with what they answered.
#
#   PROPSDB_TOKEN=… [PROPSDB_URL=http://127.0.0.1:5080] docs/walkthrough.sh           prints
#   PROPSDB_TOKEN=… [PROPSDB_URL=http://127.0.0.1:5080] docs/walkthrough.sh --check   compares with README.md, but for ids and times
set -euo pipefail

api="${PROPSDB_URL:-http://127.0.0.1:5080}/api/v1/default/user"
alice="Authorization: Bearer ${PROPSDB_TOKEN:?is the token of a user}"
: "$api" "$alice"

commands() {
  cat <<'COMMANDS'
curl -s -H "$alice" --json '{"collections": {"ui": {"theme": "dark", "scale": 1.10}}}' "$api/settings?shape=object"

curl -s -H "$alice" "$api/settings/ui/scale"

curl -s -H "$alice" -H 'If-Match: "1"' -X PUT --json '{"value": "light"}' "$api/settings/ui/theme"

curl -s -H "$alice" -X PUT --json '{"document_version": 1, "value": "blue"}' "$api/settings/ui/theme" |
  jq '{status, error, detail, expected, actual, conflicts}'

curl -s -H "$alice" -X PUT --json '{"document_version": 1, "value": 1.25}' "$api/settings/ui/scale?on_conflict=merge"

curl -s -H "$alice" -H 'If-None-Match: "3"' -w '%{http_code}\n' "$api/settings"

curl -s -H "$alice" "$api?prefix=set"

curl -s -H "$alice" -X DELETE -w '%{http_code} %header{etag}\n' "$api/settings?version=3"

curl -s -H "$alice" "$api?deleted=true"
COMMANDS
}

# A command ends at an empty line. $( ) takes the line breaks at the end of an answer away, so that each ends with one.
transcript() {
  local line command=""
  while IFS= read -r line; do
    if [[ -n $line ]]; then
      command+="${command:+$'\n'}$line"
    elif [[ -n $command ]]; then
      printf '$ %s\n%s\n' "$command" "$(eval "$command" </dev/null)"
      command=""
    fi
  done < <(commands; echo)
}

readme() {
  awk '/^## /{on=0} /^## Walk-through/{on=1} on && /^```console/{inside=1; next} /^```/{inside=0} inside' "$(dirname "$0")/../README.md"
}

mask() {
  sed -E -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ID/g' -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g'
}

if [[ ${1:-} == --check ]]; then
  diff -u --label README.md --label 'what the service answers' <(readme | mask) <(transcript | mask)
  echo "The README says what the service answers."
else
  transcript
fi
