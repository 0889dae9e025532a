/** The systemd unit of an agent, `resources/agent/causeway-agent.service`, put into the window when it is built. */
declare const CAUSEWAY_AGENT_UNIT: string;
