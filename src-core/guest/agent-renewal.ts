import { encodeExec } from './exec-request.ts';

/** The agent that this host brings. */
export interface OwnAgent {
  readonly version: string;
  readonly source: Uint8Array;
}

/** @param source as the build makes it @returns undefined when it does not tell its version */
export function ownAgent(source: string): OwnAgent | undefined {
  const version = /\bAGENT_VERSION = ["']([^"']+)["']/.exec(source)?.[1];
  return version === undefined ? undefined : { version, source: new TextEncoder().encode(source) };
}

/** An agent that an image was built with, or that runs in a saved state, is replaced; a newer one is left alone. */
export function isOutdated(theirs: string, own: OwnAgent): boolean {
  return theirs !== own.version && generation(theirs) <= generation(own.version);
}

function generation(version: string): number {
  return /^\d{1,9}/.test(version) ? parseInt(version, 10) : Infinity;
}

/**
 * $1: its length. Standard input: the new agent. It takes the old one's place, whose process, the parent of this one,
 * is ended, so that the system's init starts it again. Where our images do not have it, nothing is done.
 */
const RENEW = `
set -e
agent=/opt/innkeeper/agent.js
[ -f "$agent" ]
umask 022
trap 'rm -f "$agent.new"' EXIT
cat >"$agent.new"
[ "$(wc -c <"$agent.new")" -eq "$1" ]
mv -f "$agent.new" "$agent"
trap - EXIT
kill "$PPID"
`;

/** Opens a session that renews the agent in the guest. Its standard input is the source. */
export function encodeRenewal({ source }: OwnAgent, doing: string): Uint8Array {
  return encodeExec({ kind: 'exec', command: ['sh', '-c', RENEW, 'innkeeper', String(source.length)] }, doing);
}
