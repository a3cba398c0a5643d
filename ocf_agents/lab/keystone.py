"""A real Keystone on the disks of a lab's nodes, for the agents to run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import mariadb, schemas
from .errors import LabError

if TYPE_CHECKING:
    from .lab import Lab
    from .node import Node

NAME = "clusterkeystone"
OCTET = 100
HOSTS = {NAME: OCTET}
"""What a lab is to be told as `hosts`, so that everybody knows the virtual address by its name."""
URL = f"http://{NAME}:5000/v3"
PORT = 5000
PASSWORD = "admin"  # noqa: S105  # it guards a lab

CONFIGURATION = "/etc/keystone/keystone.conf"
UWSGI_CONFIGURATION = "/etc/keystone/keystone-uwsgi.ini"
STATE = "/var/lib/keystone/lab"
DATABASE = f"{STATE}/keystone.db"
DRAIN_FILE = f"{STATE}/drained"
LOGS = "/var/log/keystone"

SQLITE = f"sqlite:///{DATABASE}"

BEHIND_MYSQL = (
    # It outlives the failover of its database, so that its stop and start are not ordered by it.
    f"order keystone_after_mysql inf: {mariadb.ADDRESS} Keystone symmetrical=false",
    mariadb.near("Keystone"),
)
"""What else an operator types where Keystone's database is the lab's MySQL."""

# Four rounds are the least that bcrypt has: a client may ask for a token several times a second.
_KEYSTONE_CONF = f"""\
[DEFAULT]
log_file = {LOGS}/keystone.log
[database]
connection = {{connection}}
[identity]
password_hash_rounds = 4
[token]
provider = fernet
[fernet_tokens]
key_repository = {STATE}/fernet-keys
[fernet_receipts]
key_repository = {STATE}/fernet-keys
[credential]
key_repository = {STATE}/credential-keys
[healthcheck]
backends = disable_by_file
disable_by_file_path = {DRAIN_FILE}
"""

# Debian's own has 8 processes of 32 threads and an AppArmor profile: too much for two nodes at once,
# and for SQLite more than one writer is.
UWSGI_INI = """\
[uwsgi]
plugins = python3
wsgi-file = /usr/bin/{script}
chdir = /var/lib/{project}
processes = 1
threads = {threads}
lazy-apps = true
enable-threads = true
buffer-size = 65535
rem-header = Content-Length
listen = 100
logto = /var/log/{project}/{project}-uwsgi.log
"""

# keystone-manage needs 4 s to import itself; here its commands share that. The password comes on
# standard input: an argument is for all to see.
_BOOTSTRAP = f"""\
import os, sys
os.environ["OS_BOOTSTRAP_PASSWORD"] = sys.stdin.read()
from keystone.cmd import cli
keys = ["--keystone-user", "keystone", "--keystone-group", "keystone"]
urls = [f"--bootstrap-{{kind}}-url={URL}" for kind in ("admin", "internal", "public")]
for command in (
    ["db_sync"],
    ["fernet_setup", *keys],
    ["credential_setup", *keys],
    ["bootstrap", "--bootstrap-region-id=RegionOne", *urls],
):
    pid = os.fork()
    if not pid:
        sys.argv = ["keystone-manage", *command]
        cli.main(sys.argv)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        sys.exit("keystone-manage " + " ".join(command) + " failed")
"""
AS_KEYSTONE = (
    *("env", "HOME=/var/lib/keystone"),
    *("setpriv", "--reuid=keystone", "--regid=keystone", "--init-groups"),
)
_PACK = f"tar -C / -cz {STATE[1:]} {LOGS[1:]} | base64"
_UNPACK = f"rm -rf {STATE}; base64 -d | tar -C / -xzp"


@dataclass(frozen=True)
class TokenAnswer:
    """What Keystone said to a login: 201 with a token, another status, or 0 and a reason."""

    status: int
    token: str
    said: str

    def __bool__(self) -> bool:
        """Whether there is a token."""
        return self.status == 201 and bool(self.token)


def prepare(
    lab: Lab, password: str = PASSWORD, connection: str = SQLITE, user: str = "admin", project: str = "admin"
) -> None:
    """Keystone can be started on every node of the lab, and all of them honour the same tokens.

    Nothing is started. The user, of this project, is in the domain Default. A database other than
    SQLite, which connection= is the URL of, must be reached by the first node.
    """
    for node in lab.nodes:
        _write_configuration(node, connection)
    first, *others = lab.nodes
    _bootstrap(first, password, user, project)
    template = first.check(["sh", "-c", _PACK])
    for node in others:
        node.check(["sh", "-c", _UNPACK], input=template)


def prepare_on_mysql(lab: Lab) -> None:
    """Keystone can be started on every node, with its database in the cluster's MySQL; nothing is started."""
    with schemas.server(lab, [("keystone", "keystone")]):
        prepare(lab, connection=schemas.url("keystone"))


def prepare_one(node: Node, password: str) -> None:
    """Keystone can be started on this node."""
    _write_configuration(node, SQLITE)
    _bootstrap(node, password, "admin", "admin")


def _write_configuration(node: Node, connection: str) -> None:
    if node.run(["sh", "-c", "command -v keystone-wsgi-public && command -v uwsgi_python3"]).returncode:
        raise LabError("keystone: not installed; apt-get install keystone uwsgi-plugin-python3")
    text = _KEYSTONE_CONF.format(connection=connection)
    node.write(CONFIGURATION, text, owner="root:keystone", mode=0o640)
    node.write(
        UWSGI_CONFIGURATION, UWSGI_INI.format(project="keystone", script="keystone-wsgi-public", threads=1)
    )
    node.check(["sh", "-c", f"rm -rf {STATE} {LOGS}/*"])
    node.check(["install", "-d", "-o", "keystone", "-g", "keystone", "-m", "750", STATE, LOGS])


def _bootstrap(node: Node, password: str, user: str, project: str) -> None:
    names = (f"OS_BOOTSTRAP_USERNAME={user}", f"OS_BOOTSTRAP_PROJECT_NAME={project}")
    command = [*AS_KEYSTONE, "env", *names, "/usr/bin/python3", "-c", _BOOTSTRAP]
    node.check(command, input=password, timeout=120)


def login(username: str, password: str) -> str:
    """The body of a request for a token (Identity API v3) for the project admin."""
    domain = {"name": "Default"}
    user = {"name": username, "password": password, "domain": domain}
    return json.dumps(
        {
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"name": "admin", "domain": domain}},
            }
        }
    )


def ask_for_token(
    lab: Lab,
    password: str = PASSWORD,
    *,
    url: str = URL,
    seconds: float = 5,
) -> TokenAnswer:
    """What a client of the lab's network gets that logs in as admin."""
    body = login("admin", password).replace("\\", "\\\\").replace('"', '\\"')
    configuration = (
        f'silent\nshow-error\ninclude\nurl = "{url}/auth/tokens"\nmax-time = {seconds}\n'
        f'noproxy = "*"\nheader = "Content-Type: application/json"\ndata-raw = "{body}"\n'
    )
    result = lab.client(["curl", "-q", "-K", "-"], input=configuration, timeout=seconds + 10)
    if result.returncode != 0:
        return TokenAnswer(0, "", result.stderr.strip())
    head, _, text = result.stdout.replace("\r\n", "\n").partition("\n\n")
    status, *headers = head.splitlines()
    fields = dict(line.partition(": ")[::2] for line in headers)
    token = next((value for name, value in fields.items() if name.lower() == "x-subject-token"), "")
    return TokenAnswer(int(status.split()[1]), token, text[:200])


def crm_lines(lab: Lab, password: str = PASSWORD) -> tuple[str, ...]:
    """What an operator types to have Keystone behind a virtual address."""
    return (
        f'primitive keystoneIP ocf:heartbeat:IPaddr2 params ip="{lab.address(OCTET)}" '
        'cidr_netmask="24" op monitor interval="10s" timeout="20s"',
        "primitive keystoneService ocf:openstack:keystone params "
        f'config="{CONFIGURATION}" os_auth_url="http://{NAME}:5000/v2.0/" os_password="{password}" '
        'os_tenant_name="admin" os_username="admin" user="keystone" client_binary="/usr/bin/keystone" '
        'op monitor interval="15s" timeout="30s"',
        "group Keystone keystoneIP keystoneService",
    )


def crm_lines_on_mysql(lab: Lab) -> tuple[str, ...]:
    """The same, where Keystone's database is the cluster's MySQL."""
    return (*crm_lines(lab), *BEHIND_MYSQL)
