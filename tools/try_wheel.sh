#!/bin/sh
# Build the wheel, install it alone into an empty environment in another folder, run the demo there;
# then check the types of somebody who writes against it, as an editor sees them, and run that too.
set -eu
python=$1
here=$(pwd)
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
away=$(mktemp -d)
trap 'rm -rf "$away"' EXIT

if command -v uv >/dev/null 2>&1; then
  uv build --quiet --wheel --out-dir "$away/dist" "$here"
  uv venv --quiet --python "$python" "$away/env"
  uv pip install --quiet --python "$away/env/bin/python" "$away"/dist/*.whl
else
  "$python" -m pip wheel --quiet --no-deps --wheel-dir "$away/dist" "$here"
  "$python" -m venv "$away/env"
  "$away/env/bin/python" -m pip install --quiet "$away"/dist/*.whl
fi

cd "$away"
"$away/env/bin/csp-geo" --version
"$away/env/bin/csp-geo" demo --out demo
test -s demo/maps/2021-11-29/map.html
echo "The wheel works by itself."

cp "$here/tests/typed/consumer.py" .
"$away/env/bin/python" consumer.py demo
test -s demo/notebook.html
if command -v uv >/dev/null 2>&1; then
  uv pip install --quiet --python "$away/env/bin/python" --group "$here/pyproject.toml:lint"
else
  "$away/env/bin/python" -m pip install --quiet --upgrade "pip>=25.1"
  "$away/env/bin/python" -m pip install --quiet --group "$here/pyproject.toml:lint"
fi
"$away/env/bin/mypy" --strict --cache-dir "$away/types" consumer.py
echo "The wheel is typed."
