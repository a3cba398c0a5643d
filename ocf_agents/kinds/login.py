"""An API that a monitor can ask with a token: the parameters of the login, and the login."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.parameters import Secret, Text, UrlParameter
from ..system.url import unversioned
from .api import Api

if TYPE_CHECKING:
    from ..system.identity import Login

REFUSED = (401, 403)


class LoginApi(Api):
    """Runs an HTTP API that knows Keystone's users."""

    os_auth_url = UrlParameter(
        None,
        "Keystone URL",
        "Where the monitor of level 20 logs in, for instance http://clusterkeystone:5000/v3; the local "
        "address if empty.",
        reloadable=True,
    )
    os_username = Text("", "Monitoring user", "The user that asks for a token.", reloadable=True)
    os_password = Secret(
        "", "Monitoring password", "Better kept with cibsecret than in the CIB.", reloadable=True
    )
    os_tenant_name = Text(
        "", "Monitoring project", "The project of the token.", reloadable=True, aliases=("os_project_name",)
    )
    os_user_domain_name = Text("Default", "User domain", "The domain of os_username.", reloadable=True)
    os_project_domain_name = Text(
        "Default", "Project domain", "The domain of os_tenant_name.", reloadable=True
    )
    os_region_name = Text(
        "",
        "Region",
        "If set, the catalogue that comes with the token must have an endpoint in this region.",
        reloadable=True,
    )
    client_binary = Text(
        "",
        "Obsolete: client program",
        "Accepted for configurations of old, and not needed: no client is run.",
    )

    def base(self) -> str:
        """Behind a server that has this API at a path of its own, that path is kept."""
        address = self.address()
        return address.root + unversioned(address.path)

    def login(self) -> Login | None:
        """The monitoring login, if there is one."""
        from ..system.identity import Login

        if not self.os_username:
            return None
        return Login(
            self.os_auth_url or self.address(),
            self.os_username,
            self.os_password,
            self.os_tenant_name,
            self.os_user_domain_name,
            self.os_project_domain_name,
            self.os_region_name,
            self.os_cacert,
            self.insecure,
        )
