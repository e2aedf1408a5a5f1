/**
 * The build puts a digest of the agent's own source in place of the asterisks (src-main/setup/build-agent.ts), so that
 * a host knows whether the agent that it meets is the one that it brings. The number before it grows when an older
 * host could not speak with the agent any more.
 */
export const AGENT_VERSION = '1-************';
