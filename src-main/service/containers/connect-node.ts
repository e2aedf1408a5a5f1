import type { AgentClient } from '../../../src-core/guest/agent-client.ts';
import type { NodeRuntime } from '../../../src-core/containers/node/node-runtime.ts';
import { notThereYet } from './container-image-work.ts';

/** What speaks with a node over its agent. */
export function connectNode(_agent: AgentClient): NodeRuntime {
  throw notThereYet('containers');
}
