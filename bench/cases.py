"""What is measured: commands as Pacemaker would exec them, and what they may cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

KEYSTONE = "/usr/lib/ocf/resource.d/openstack/keystone"
HEARTBEAT = "/usr/lib/ocf/resource.d/heartbeat"
CERTIFICATE = "/root/bench/certificate.pem"
PRIVATE_KEY = "/root/bench/key.pem"
SECURE_INI = "/root/bench/secure.ini"
SECURE_PORT = 5001
PROXY_PORT = 5002
PROXY_CONFIGURATION = "/root/bench/haproxy.cfg"
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


ANYTHING = {"binfile": "/usr/bin/sleep", "cmdline_options": "1000000"}
STARTED = {
    "plain": (KEYSTONE, call("plain", PLAIN)),
    "secure": (KEYSTONE, call("secure", SECURE)),
    "proxied": (KEYSTONE, call("proxied", PROXIED)),
    "dummy": (f"{HEARTBEAT}/Dummy", call("dummy", {})),
    "anything": (f"{HEARTBEAT}/anything", call("anything", ANYTHING)),
}
"""What runs while the cases are measured: agent and environment by resource."""

FLOOR = Case("bare interpreter", ("/usr/bin/python3", "-IS", "-c", "pass"))
CASES = (
    FLOOR,
    Case("keystone meta-data", (KEYSTONE, "meta-data"), most=1.0),
    Case("keystone monitor, level 0", (KEYSTONE, "monitor"), call("plain", PLAIN), most=1.0),
    Case("keystone monitor, level 10, HTTP", (KEYSTONE, "monitor"), call("plain", PLAIN, 10), most=2.0),
    Case("keystone monitor, level 20, HTTP", (KEYSTONE, "monitor"), call("plain", PLAIN, 20), most=2.0),
    Case(
        "level 10, HTTPS kept open (haproxy)", (KEYSTONE, "monitor"), call("proxied", PROXIED, 10), most=2.5
    ),
    Case(
        "level 20, HTTPS kept open (haproxy)", (KEYSTONE, "monitor"), call("proxied", PROXIED, 20), most=2.5
    ),
    Case("level 10, HTTPS closed (uWSGI)", (KEYSTONE, "monitor"), call("secure", SECURE, 10), most=2.5),
    Case("level 20, HTTPS closed (uWSGI)", (KEYSTONE, "monitor"), call("secure", SECURE, 20), most=2.5),
    Case("keystone monitor, stopped", (KEYSTONE, "monitor"), call("absent", {"binary": "absent"}), 7),
    Case("ocf:heartbeat:Dummy monitor", (f"{HEARTBEAT}/Dummy", "monitor"), call("dummy", {})),
    Case("ocf:heartbeat:anything monitor", (f"{HEARTBEAT}/anything", "monitor"), call("anything", ANYTHING)),
)
