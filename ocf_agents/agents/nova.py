"""Nova, the compute service."""

from __future__ import annotations

from ..kinds.checks import Answers, Listens
from ..kinds.cloud_api import CloudApi, serves
from ..kinds.configured import ConfiguredApi, common
from ..kinds.console import Console
from ..kinds.rpc import RpcDaemon
from ..kinds.variant import Row, obsolete, table
from ..ocf.parameters import Path
from ..system.oslo import DEFAULT
from ..system.url import Url

COMMON = {"config": "/etc/nova/nova.conf", "user": "nova"}
LOCAL = "127.0.0.1"
PASTE = "/etc/nova/api-paste.ini"
SECOND = Path(
    "/etc/nova/nova-compute.conf",
    "Second configuration file",
    "Read after config=; passed over if it is not there.",
)
PAGES = "Directory of pages", "What the proxy serves to browsers beside the web socket."
OPENED = {"databases": ("database", "api_database")}
DATABASE = {"databases": ("database",)}


def listens(section: str, host: str, port: str) -> dict[str, object]:
    """Where a console proxy says that it listens; before Kilo it said so in the default section."""
    return {
        "host_options": ((section, host), (DEFAULT, host)),
        "port_options": ((section, port), (DEFAULT, port)),
    }


APIS = table(
    CloudApi,
    Row(
        "nova-api",
        "OpenStack Compute API (Nova)",
        "As its own server it also serves the metadata API, as long as enabled_apis= in its "
        "configuration says so; under uWSGI that is an agent of its own (nova-metadata).",
        checks=serves("/v2.1/flavors?limit=1"),
        defaults={"url": Url("http", LOCAL, 8774), "uwsgi_config": "/etc/nova/nova-api-uwsgi.ini"},
        parameters={
            "api_listened_port": obsolete(
                "ports of the APIs", "the port of url=, and nobody else on it, is looked for."
            )
        },
        traits={
            "host_options": common("osapi_compute_listen"),
            "port_options": common("osapi_compute_listen_port"),
            "module": "nova.wsgi.osapi_compute",
            "application_script": "nova-api-wsgi",
            "paste": PASTE,
            "config_environment": "OS_NOVA",
        },
        aliases=("nova-api-ra",),
    ),
    Row(
        "nova-metadata",
        "OpenStack Compute metadata API (Nova)",
        "Instances ask it without a token, so no monitor makes a request of level 20.",
        binary="nova-api-metadata",
        defaults={
            "url": Url("http", LOCAL, 8775),
            "uwsgi_config": "/etc/nova/nova-api-metadata-uwsgi.ini",
        },
        traits={
            "host_options": common("metadata_listen"),
            "port_options": common("metadata_listen_port"),
            "module": "nova.wsgi.metadata",
            "application_script": "nova-metadata-wsgi",
            "paste": PASTE,
            "config_environment": "OS_NOVA",
        },
        aliases=("nova-api-metadata",),
    ),
    **COMMON,
)

DAEMONS = table(
    RpcDaemon,
    Row(
        "nova-conductor",
        "OpenStack Compute conductor (Nova)",
        "It ends at once where Keystone or Placement does not answer, so order it behind both. While the "
        "broker is away it needs 60 s to end, and leaves its workers behind: stop has the time for it, "
        "and ends them.",
        traits=OPENED,
        stop=120,
    ),
    Row(
        "nova-scheduler",
        "OpenStack Compute scheduler (Nova)",
        "It ends at once where Keystone or Placement does not answer, so order it behind both.",
        traits=OPENED,
        stop=120,
        aliases=("nova-scheduler-ra",),
    ),
    Row(
        "nova-compute",
        "OpenStack Compute node service (Nova)",
        "It has no database of its own: the conductor asks for it. It ends at once where Keystone "
        "does not answer. Evacuating its instances from a lost node is not for this agent.",
        parameters={"agent_config": SECOND},
        traits={"further": ("agent_config",)},
        aliases=("nova-compute-ra",),
    ),
    Row(
        "nova-cert",
        "OpenStack Compute certificates (Nova, retired)",
        traits=DATABASE,
        gone="since Pike (2017) there are no certificates for the EC2 API any more.",
        aliases=("nova-cert-ra",),
    ),
    Row(
        "nova-consoleauth",
        "OpenStack Compute console tokens (Nova, retired)",
        traits=DATABASE,
        gone="since Train (2019) console tokens are in the database.",
        aliases=("nova-consoleauth-ra",),
    ),
    Row(
        "nova-network",
        "OpenStack Compute networking (Nova, retired)",
        "It has no database of its own since Grizzly; set database_server_port where it has.",
        gone="since Ussuri (2020); use Neutron.",
        aliases=("nova-network-ra",),
    ),
    Row(
        "nova-volume",
        "OpenStack Compute volumes (Nova, retired)",
        traits=DATABASE,
        gone="since Grizzly (2013); use cinder-volume.",
        aliases=("nova-volume-ra",),
    ),
    **COMMON,
)

CONSOLES = table(
    Console,
    Row(
        "nova-novncproxy",
        "OpenStack Compute VNC proxy (Nova)",
        defaults={"url": Url("http", LOCAL, 6080)},
        parameters={"web": Path("/usr/share/novnc/", *PAGES)},
        traits=listens("vnc", "novncproxy_host", "novncproxy_port"),
        aliases=("nova-novnc", "nova-vnc", "nova-vnc-ra"),
    ),
    Row(
        "nova-spicehtml5proxy",
        "OpenStack Compute SPICE proxy (Nova)",
        defaults={"url": Url("http", LOCAL, 6082)},
        parameters={"web": Path("/usr/share/spice-html5", *PAGES)},
        traits=listens("spice", "html5proxy_host", "html5proxy_port"),
    ),
    Row(
        "nova-serialproxy",
        "OpenStack Compute serial console proxy (Nova)",
        defaults={"url": Url("http", LOCAL, 6083)},
        traits=listens("serial_console", "serialproxy_host", "serialproxy_port"),
    ),
    **COMMON,
)

OBJECTS = table(
    ConfiguredApi,
    Row(
        "nova-objectstore",
        "OpenStack Compute object store (Nova, retired)",
        "What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the "
        "port, which no other process may share, and that its root answers.",
        checks=(Listens(), Answers()),
        defaults={"url": Url("http", LOCAL, 3333)},
        traits={
            "host_options": common("s3_listen"),
            "port_options": common("s3_listen_port"),
        },
        gone="since Newton (2016); use Swift.",
        aliases=("nova-objectstore-ra",),
    ),
    **COMMON,
)

AGENTS = (*APIS, *DAEMONS, *CONSOLES, *OBJECTS)
