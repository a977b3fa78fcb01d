#!/bin/sh
# npm packages by package-lock.json, and from them the files that the gateway serves, under their own paths.
# "test" adds the development packages.
set -eu

vendor=services/gateway/static/vendor
wanted=$(cksum <package-lock.json)
stamp=node_modules/.chosei-$1

if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing front-end packages"
    without=
    [ "$1" = demo ] && without=--omit=dev
    npm ci --silent --no-progress $without
    echo "$wanted" >node_modules/.chosei-demo
    echo "$wanted" >"$stamp"
fi

[ "$(cat "$vendor/.lock" 2>/dev/null)" = "$wanted" ] && exit 0
rm -rf "$vendor"
for file in \
    fullcalendar/all/global.js \
    fullcalendar/locales/ja/global.js \
    fullcalendar/skeleton.css \
    fullcalendar/themes/classic/global.js \
    fullcalendar/themes/classic/palette.css \
    fullcalendar/themes/classic/theme.css \
    htmx.org/dist/htmx.min.js \
    temporal-polyfill/global.js; do
    mkdir -p "$vendor/$(dirname "$file")"
    cp "node_modules/$file" "$vendor/$file"
done
echo "$wanted" >"$vendor/.lock"
