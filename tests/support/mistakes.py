"""Mistakes to plant in a configuration that has none."""

from __future__ import annotations

from typing import NamedTuple

from .command import EXAMPLES, called

GOOD = called("configure", EXAMPLES / "two-nodes-of-2012.yaml").out

ASKS = " \\\n\top monitor interval=30s timeout=30s OCF_CHECK_LEVEL=10"


class Mistake(NamedTuple):
    """The rule that finds it; what it is about; the statement, what stands there, and what is planted."""

    rule: str
    subject: str
    statement: str
    good: str
    bad: str


PLANTED = tuple(Mistake(*row) for row in (
    ("fencing-off", "cluster", "property", "=true", "=false"),
    ("quorum-ignored", "cluster", "property", "=true", "=true no-quorum-policy=ignore"),
    ("maintenance-mode", "cluster", "property", "=true", "=true maintenance-mode=true"),
    ("stopped-cluster", "cluster", "property", "=true", "=true stop-all-resources=true"),
    ("node-without-fence", "server2", "primitive fence-server2", "list=server2", "list=server1"),
    ("fence-race", "fence-server1", "primitive fence-server1", " pcmk_delay_base=server1:5s", ""),
    ("stickiness-zero", "clustermysql", "rsc_defaults", "stickiness=100", "stickiness=0"),
    ("migration-threshold-missing", "cluster", "rsc_defaults", "migration-threshold=3 ", ""),
    ("failure-timeout-missing", "cluster", "rsc_defaults", " failure-timeout=10min", ""),
    ("recheck-rare", "cluster", "property", "interval=1min", "interval=15min"),
    ("unmanaged", "ms_MySQL", "clone ms_MySQL", "notify=true", "notify=true is-managed=false"),
    ("notify-missing", "ms_MySQL", "clone ms_MySQL", " notify=true", ""),
    ("several-primaries", "ms_MySQL", "clone ms_MySQL", "promoted-max=1", "promoted-max=2"),
    ("clone-max-above-nodes", "ms_MySQL", "clone ms_MySQL", "clone-max=2", "clone-max=3"),
    ("clone-not-promotable", "ms_MySQL", "clone ms_MySQL", "promotable=true ", ""),
    ("interleave-missing", "novaCompute", "clone novaCompute", " \\\n\tmeta interleave=true", ""),
    ("node-address-missing", "server2", "node server2", "clustermysql_mysql_master_IP=10.0.0.2", ""),
    ("durability-async", "clustermysql", "primitive clustermysql", " test_user", " durability=async test_user"),
    ("vip-without-order", "mysqlmasterIP", "order mysqlPromote", "promote mysqlmasterIP:start", "promote Glance"),
    ("vip-without-colocation", "mysqlmasterIP", "colocation masterIP", " mysqlmasterIP", " novaCompute"),
    ("vip-on-any-instance", "masterIP_on_mysqlMaster", "colocation masterIP", ":Promoted", ""),
    ("old-words", "masterIP_on_mysqlMaster", "colocation masterIP", ":Promoted", ":Master"),
    ("monitor-missing", "mysqlmasterIP", "primitive mysqlmasterIP", "op monitor interval=10s", "op status interval=0"),
    ("monitor-disabled", "clustermysql", "primitive clustermysql", "interval=10s", "interval=10s on-fail=ignore"),
    ("monitor-intervals-collide", "keystoneService", "primitive keystoneService", "interval=30s", "interval=60s"),
    ("promoted-monitor-missing", "clustermysql", "primitive clustermysql", "role=Promoted ", ""),
    ("unpromoted-monitor-missing", "clustermysql", "primitive clustermysql", "role=Unpromoted", "role=Promoted"),
    ("timeout-too-short", "clustermysql", "primitive clustermysql", "promote interval=0s timeout=120s", "promote"),
    ("timeout-too-short", "novaApiService", "primitive novaApiService", "timeout=30s", "timeout=5s"),
    ("timeout-too-short", "glanceApiService", "primitive glanceApi", "op start interval=0s timeout=120s \\\n\t", ""),
    ("stop-failure-ignored", "clustermysql", "primitive clustermysql", "op stop", "op stop on-fail=ignore"),
    ("process-only", "novaComputeService", "primitive novaCompute", ASKS, ""),
    ("password-in-clear", "clustermysql", "primitive clustermysql", "ion_passwd=lrm://", "ion_passwd=sesame"),
    ("password-in-clear", "fence-server2", "primitive fence-server2", "password=lrm://", "password=sesame"),
    ("parameter-unknown", "clustermysql", "primitive clustermysql", " test_user", " replication_usr=x test_user"),
    ("parameter-missing", "clustermysql", "primitive clustermysql", "replication_user=repl_user ", ""),
    ("parameter-wrong", "clustermysql", "primitive clustermysql", " test_user", " max_slave_lag=soon test_user"),
    ("parameter-obsolete", "clustermysql", "primitive clustermysql", " test_user", " async_stop=true test_user"),
    ("login-incomplete", "keystoneService", "primitive keystoneService", "os_password=lrm://", ""),
    ("run-twice", "oldDatabase", "group Rabbitmq", "", "primitive oldDatabase systemd:mariadb\n"),
    ("address-twice", "glanceIP", "primitive glanceIP", "ip=10.0.1.4", "ip=10.0.1.3"),
    ("order-takes-down-more", "glance_after_keystone", "order glance_after_keystone", "Optional:", "inf:"),
    ("constraint-dangling", "nova_after_keystone", "order nova_after_keystone", " Keystone ", " Keyston "),
    ("move-left-behind", "cli-ban-Nova", "property", "", "location cli-ban-Nova Nova -inf: server1\n"),
))  # fmt: skip


def planted(mistake: Mistake) -> str:
    """The good configuration with this mistake in it."""
    _rule, _subject, statement, good, bad = mistake
    start = GOOD.index(f"\n{statement}") + 1
    end = next(
        (at for at, sign in enumerate(GOOD) if at > start and sign == "\n" and GOOD[at + 1 : at + 2] != "\t"),
        None,
    )
    assert good in GOOD[start:end], "the good configuration has changed"
    return GOOD[:start] + GOOD[start:end].replace(good, bad, 1) + GOOD[end:]
