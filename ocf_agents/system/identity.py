"""Logins at Keystone, version 3 of its API."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .http import Request
from .quoting import json_text
from .url import unversioned

if TYPE_CHECKING:
    from .url import Url


class Login(Record):
    """Who asks for a token, for which project, and where."""

    url: Url
    username: str
    password: str
    project: str = ""
    user_domain: str = "Default"
    project_domain: str = "Default"
    region: str = ""
    cafile: str = ""
    insecure: bool = False

    @property
    def endpoint(self) -> str:
        """The v3 root at the host that the URL names, whatever version it asks for.

        A Keystone behind a path, as in http://host/identity/v3, keeps that path.
        """
        return f"{self.url.root}{unversioned(self.url.path)}/v3"

    @property
    def old(self) -> bool:
        """Whether the URL asks for the v2.0 API, which Keystone has had no more since Queens."""
        return "/v2.0" in self.url.path

    @property
    def request(self) -> Request:
        """The request for a token (Identity API v3, password authentication)."""
        user = f'"name":{json_text(self.username)},"password":{json_text(self.password)}'
        user += f',"domain":{{"name":{json_text(self.user_domain)}}}'
        body = f'{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{{user}}}}}}}'
        if self.project:
            domain = f'"domain":{{"name":{json_text(self.project_domain)}}}'
            body += f',"scope":{{"project":{{"name":{json_text(self.project)},{domain}}}}}'
        return Request(
            f"{self.endpoint}/auth/tokens",
            body=body + "}}",
            cafile=self.cafile,
            insecure=self.insecure,
        )

    @property
    def request_with_headers(self) -> Request:
        """The same, for one who wants the token itself: it comes in a header."""
        plain = self.request
        return Request(plain.url, plain.body, cafile=plain.cafile, insecure=plain.insecure, headers=True)

    @staticmethod
    def token(answer: str) -> str:
        """The token in an answer with its headers; empty where there is none."""
        for line in answer.split("\n"):
            name, mark, value = line.partition(":")
            if mark and name.strip().lower() == "x-subject-token":
                return value.strip()
        return ""

    @staticmethod
    def project_id(answer: str) -> str:
        """The id of the project that a token is for; empty for an unscoped one."""
        rest = answer.partition('"project"')[2].partition("{")[2]
        # The project's domain is an object of its own, with an id of its own.
        before, opened, inner = rest.partition("{")
        if opened and "}" not in before:
            rest = before + inner.partition("}")[2]
        value = rest.partition("}")[0].partition('"id"')[2].partition('"')[2]
        return value.partition('"')[0]

    def offers_region(self, body: str) -> bool:
        """Whether the catalogue that came with a token names the region, if one is asked for."""
        if not self.region:
            return True
        return f'"region":{json_text(self.region)}' in body.replace('": "', '":"')
