#!/bin/bash
# How agents of 2012 looked at a service, written anew for comparison. Each began with the shell library of
# resource-agents, its programs and the pid in a file; what came then is the argument:
#
#   http         curl asks for a page
#   token        curl asks for a token, a pipeline finds it, curl asks with it
#   client       the client program logs in
#   netstat, ss  a pipeline looks for a connection to the broker, and one to the database
#   redis        the client program says PING
#
# PIDFILE names the pid file; URL, LOGIN and BODY (a file) are what is asked.
. "${OCF_ROOT:=/usr/lib/ocf}/lib/heartbeat/ocf-shellfuncs"

connected() {
    "$@" 2>/dev/null | grep ":$port" | grep "$pid" | grep -qsE "ESTAB"
}

check_binary curl
getent passwd root >/dev/null || exit 5
pid=$(cat "$PIDFILE") && kill -s 0 "$pid" || exit 7

case $1 in
http)
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$URL")" = 200 ]
    ;;
token)
    token=$(curl -s -i -X POST -H 'Content-Type: application/json' -d @"$BODY" "$LOGIN" |
        tr -d '\r' | grep -i '^x-subject-token:' | cut -d ' ' -f 2 | head -1)
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "X-Auth-Token: $token" "$URL")" = 200 ]
    ;;
client)
    openstack token issue >/dev/null
    ;;
netstat)
    for port in 5672 3306; do connected netstat -punt || exit 1; done
    ;;
ss)
    for port in 5672 3306; do connected ss -tnp || exit 1; done
    ;;
redis)
    [ "$(redis-cli ping)" = PONG ]
    ;;
esac
