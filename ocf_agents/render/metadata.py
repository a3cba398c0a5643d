"""The meta-data of an agent, as OCF 1.1, ocf-tester's OCF 1.0 DTD, pcs and crmsh all accept it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from ..ocf.actions import Action
    from ..ocf.agent import Agent
    from ..ocf.parameters import Parameter

# No encoding in the declaration: crmsh hands the text to a parser that refuses one. The internal
# subset tells ocf-tester's DTD of OCF 1.0 about the attributes that OCF 1.1 added.
HEAD = """\
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd" [
<!ATTLIST parameter unique-group CDATA #IMPLIED reloadable (1|0) "0">
<!ATTLIST action name CDATA #REQUIRED>
<!ATTLIST content type CDATA #REQUIRED>
]>
"""


def render(agent: type[Agent]) -> str:
    """The whole meta-data document of an agent."""
    parameters = "".join(
        parameter_element(name, parameter, old="")
        + "".join(parameter_element(alias, parameter, old=name) for alias in parameter.aliases)
        for name, parameter in agent.parameters.items()
    )
    actions = "".join(action_element(one) for several in agent.actions.values() for one in several)
    return f"""{HEAD}<resource-agent name={quoteattr(agent.name)} version="1.0">
<version>1.1</version>
<longdesc lang="en">
{escape(long_description(agent))}
</longdesc>
<shortdesc lang="en">{escape(agent.summary)}</shortdesc>
<parameters>
{parameters}</parameters>
<actions>
{actions}</actions>
</resource-agent>
"""


def long_description(agent: type[Agent]) -> str:
    """The class docstring, without the indentation of the source."""
    return inspect.cleandoc(agent.__doc__ or "")


def parameter_element(name: str, parameter: Parameter[Any], old: str) -> str:
    """One parameter; `old` is the present name when this is a former one."""
    attributes = f"name={quoteattr(name)} required={quoteattr(flag(parameter.required and not old))}"
    if parameter.unique:
        attributes += f' unique="1" unique-group={quoteattr(parameter.unique)}'
    else:
        # pcs and crmsh read unique="0" of OCF 1.0 agents as reloadable; OCF 1.1 has its own word.
        attributes += ' unique="0"'
    attributes += f' reloadable="{flag(parameter.reloadable)}"'
    summary, detail = parameter.summary, parameter.detail
    if old:
        summary, detail = f"Former name of {old}", f"Accepted for {old}, which wins where both are given."
    default = "" if old else parameter.show()
    content = f'<content type="{parameter.content}"' + (f" default={quoteattr(default)}" if default else "")
    return f"""<parameter {attributes}>
<longdesc lang="en">
{escape(detail)}
</longdesc>
<shortdesc lang="en">{escape(summary)}</shortdesc>
{content}/>
</parameter>
"""


def action_element(action: Action) -> str:
    """One advertised action."""
    text = f'<action name="{action.name}" timeout="{action.timeout}s"'
    if action.interval:
        text += f' interval="{action.interval}s"'
    if action.depth:
        text += f' depth="{action.depth}"'
    if action.role:
        text += f' role="{action.role}"'
    return text + "/>\n"


def flag(value: bool) -> str:
    """A truth value as OCF writes it."""
    return "1" if value else "0"
