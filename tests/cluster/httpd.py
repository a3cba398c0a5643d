"""An httpd as RHEL configures it, with Keystone and Placement in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocf_agents.lab import Node

PACKAGES = {"apache2": "apache2", "/usr/lib/apache2/modules/mod_wsgi.so": "libapache2-mod-wsgi-py3"}
"""What it takes, and the packages that have it."""
MAIN = """\
ServerRoot /etc/httpd
ServerName localhost
PidFile /run/httpd.pid
ErrorLog /var/log/httpd.log
User www-data
Group www-data
Listen 127.0.0.1:80
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_host_module /usr/lib/apache2/modules/mod_authz_host.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule status_module /usr/lib/apache2/modules/mod_status.so
LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so
WSGISocketPrefix /run/wsgi
<Location /server-status>
    SetHandler server-status
    Require local
</Location>
IncludeOptional conf.d/*.conf
"""
APPLICATION = """\
Listen {port}
<VirtualHost *:{port}>
    WSGIDaemonProcess {name} processes=1 threads=4 user={name} group={name} home=/var/lib/{name}
    WSGIProcessGroup {name}
    WSGIApplicationGroup %{{GLOBAL}}
    WSGIPassAuthorization On
    WSGIScriptAlias / /usr/bin/{script}
    <Directory /usr/bin>
        Require all granted
    </Directory>
</VirtualHost>
"""
BROKEN = """\
Listen {port}
<VirtualHost *:{port}>
    Redirect 500 /
</VirtualHost>
"""
APPLICATIONS = {"keystone": (5000, "keystone-wsgi-public"), "placement": (8778, "placement-api")}
"""The port and the program of each."""
PLACEMENT = """\
[api]
auth_strategy = keystone
[placement_database]
connection = sqlite:////var/lib/placement/placement.sqlite
"""
CONFIGURATION = "/etc/httpd/conf/httpd.conf"


def install(node: Node) -> None:
    """It can be started on the node, with both in it; Keystone is prepared already."""
    node.check(["install", "-d", "/etc/httpd/conf", "/etc/httpd/conf.d"])
    node.write(CONFIGURATION, MAIN)
    for name in APPLICATIONS:
        mend(node, name)
    node.write("/etc/placement/placement.conf", PLACEMENT, owner="root:placement", mode=0o640)
    node.check(
        [
            "setpriv",
            "--reuid=placement",
            "--regid=placement",
            "--init-groups",
            "placement-manage",
            "db",
            "sync",
        ]
    )


def mend(node: Node, name: str) -> None:
    """Its next configuration serves this one."""
    _serve(node, name, APPLICATION)


def spoil(node: Node, name: str) -> None:
    """Its next configuration answers for this one that it is broken."""
    _serve(node, name, BROKEN)


def reload(node: Node) -> None:
    """It has read its configuration anew."""
    node.check(["apache2", "-f", CONFIGURATION, "-k", "graceful"])


def _serve(node: Node, name: str, text: str) -> None:
    port, script = APPLICATIONS[name]
    node.write(f"/etc/httpd/conf.d/{name}.conf", text.format(name=name, port=port, script=script))
