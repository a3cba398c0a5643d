"""What is measured: commands as Pacemaker would exec them, and what they may cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ocf_agents.lab.image import CHECKOUT

AGENTS = "/usr/lib/ocf/resource.d/openstack"
KEYSTONE, SCHEDULER, REDIS = f"{AGENTS}/keystone", f"{AGENTS}/nova-scheduler", f"{AGENTS}/redis"
HEARTBEAT = "/usr/lib/ocf/resource.d/heartbeat"
RUN = "/run/openstack-agents"
PLACE = "/root/bench"
CERTIFICATE = f"{PLACE}/certificate.pem"
PRIVATE_KEY = f"{PLACE}/key.pem"
SECURE_INI = f"{PLACE}/secure.ini"
SECURE_PORT = 5001
PROXY_PORT = 5002
PROXY_CONFIGURATION = f"{PLACE}/haproxy.cfg"
DAEMON, DAEMON_CONFIGURATION = f"{PLACE}/daemon", f"{PLACE}/nova.conf"
BODY = f"{PLACE}/login.json"
BROKER, DATABASE = 5672, 3306
PROCESSES, SOCKETS = 300, 2000
PASSWORD = "admin"  # noqa: S105  # of a Keystone that lives as long as the benchmark

LOGIN = {"os_username": "admin", "os_password": PASSWORD, "os_tenant_name": "admin"}
PLAIN = {**LOGIN, "os_auth_url": "http://127.0.0.1:5000/v3"}
SECURE = {
    **LOGIN,
    "os_auth_url": f"https://127.0.0.1:{SECURE_PORT}/v3",
    "url": f"https://127.0.0.1:{SECURE_PORT}",
    "os_cacert": CERTIFICATE,
    "uwsgi_config": SECURE_INI,
}
PROXIED = {
    **LOGIN,
    "os_auth_url": f"https://127.0.0.1:{PROXY_PORT}/v3",
    "url": f"https://127.0.0.1:{PROXY_PORT}",
    "os_cacert": CERTIFICATE,
    "hosted": "true",
}
CONNECTED = {
    "binary": DAEMON,
    "config": DAEMON_CONFIGURATION,
    "user": "root",
    "amqp_server_port": str(BROKER),
    "database_server_port": str(DATABASE),
}


@dataclass(frozen=True)
class Case:
    """A command, its exit code when all is well, and the most it may cost, in bare interpreters."""

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    code: int = 0
    most: float | None = None

    def described(self) -> dict[str, object]:
        """The case as JSON takes it."""
        return asdict(self)


def call(instance: str, parameters: dict[str, str], level: int = 0) -> dict[str, str]:
    """The environment of a recurring monitor, as Pacemaker 2.1 makes it."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "OCF_ROOT": "/usr/lib/ocf",
        "OCF_RESOURCE_INSTANCE": instance,
        "OCF_RESOURCE_PROVIDER": "openstack",
        "OCF_RA_VERSION_MAJOR": "1",
        "OCF_RA_VERSION_MINOR": "1",
        "OCF_CHECK_LEVEL": str(level),
        "HA_LOGFACILITY": "daemon",
        "OCF_RESKEY_crm_feature_set": "3.16.1",
        "OCF_RESKEY_CRM_meta_name": "monitor",
        "OCF_RESKEY_CRM_meta_interval": "10000",
        "OCF_RESKEY_CRM_meta_timeout": "60000",
        "OCF_RESKEY_CRM_meta_on_node": "n1",
        **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
    }


def ours(name: str, agent: str, instance: str, level: int, most: float) -> Case:
    """A monitor of a resource that was started."""
    return Case(name, (agent, "monitor"), call(instance, STARTED[instance][2], level), most=most)


def old(name: str, way: str, instance: str) -> Case:
    """How an agent of old looked at the same."""
    environment = call(instance, {})
    environment |= {
        "PIDFILE": f"{RUN}/{instance}.pid",
        "URL": "http://127.0.0.1:5000/v3/users" if way == "token" else "http://127.0.0.1:5000/v3",
        "LOGIN": "http://127.0.0.1:5000/v3/auth/tokens",
        "BODY": BODY,
        "OS_AUTH_URL": PLAIN["os_auth_url"],
        "OS_USERNAME": "admin",
        "OS_PASSWORD": PASSWORD,
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_IDENTITY_API_VERSION": "3",
        "HOME": "/root",
    }
    argv = ("/bin/bash", f"{CHECKOUT}/bench/old_ways.sh", way)
    return Case(f"  as of old: {name}", argv, environment)


ANYTHING = {"binfile": "/usr/bin/sleep", "cmdline_options": "1000000"}
STARTED = {
    "plain": (0, KEYSTONE, PLAIN),
    "secure": (0, KEYSTONE, SECURE),
    "proxied": (0, KEYSTONE, PROXIED),
    "redis": (0, REDIS, {}),
    "dummy": (0, f"{HEARTBEAT}/Dummy", {}),
    "anything": (0, f"{HEARTBEAT}/anything", ANYTHING),
    "crowded": (1, KEYSTONE, PLAIN),
    "connected": (1, SCHEDULER, CONNECTED),
}
"""What runs while the cases are measured, by resource: on which node, the agent, its parameters."""

FLOOR = Case("bare interpreter", ("/usr/bin/python3", "-IS", "-c", "pass"))
QUIET = (
    FLOOR,
    Case("keystone meta-data", (KEYSTONE, "meta-data"), most=1.0),
    ours("keystone monitor, level 0", KEYSTONE, "plain", 0, 1.0),
    ours("keystone monitor, level 10, HTTP", KEYSTONE, "plain", 10, 2.0),
    old("curl", "http", "plain"),
    ours("keystone monitor, level 20, HTTP", KEYSTONE, "plain", 20, 2.0),
    old("curl for a token, curl", "token", "plain"),
    old("the openstack client", "client", "plain"),
    ours("level 10, HTTPS kept open (haproxy)", KEYSTONE, "proxied", 10, 2.5),
    ours("level 20, HTTPS kept open (haproxy)", KEYSTONE, "proxied", 20, 2.5),
    ours("level 10, HTTPS closed (uWSGI)", KEYSTONE, "secure", 10, 2.5),
    ours("level 20, HTTPS closed (uWSGI)", KEYSTONE, "secure", 20, 2.5),
    ours("redis monitor, level 10", REDIS, "redis", 10, 2.0),
    old("redis-cli", "redis", "redis"),
    Case("keystone monitor, stopped", (KEYSTONE, "monitor"), call("absent", {"binary": "absent"}), 7),
    Case("ocf:heartbeat:Dummy monitor", (f"{HEARTBEAT}/Dummy", "monitor"), call("dummy", {})),
    Case("ocf:heartbeat:anything monitor", (f"{HEARTBEAT}/anything", "monitor"), call("anything", ANYTHING)),
)
"""On a node where little else runs."""
CROWDED = (
    FLOOR,
    ours("nova-scheduler monitor, level 10", SCHEDULER, "connected", 10, 1.3),
    old("netstat | grep, twice", "netstat", "connected"),
    old("ss | grep, twice", "ss", "connected"),
    ours("keystone monitor, level 10, HTTP", KEYSTONE, "crowded", 10, 2.0),
    ours("keystone monitor, level 20, HTTP", KEYSTONE, "crowded", 20, 2.0),
)
"""On a node with as many processes and sockets as a controller has."""
HOSTS = (("", QUIET), (f"on a host with {PROCESSES} processes and {SOCKETS} sockets", CROWDED))
"""By node of the lab."""
