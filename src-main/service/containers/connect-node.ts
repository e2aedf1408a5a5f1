import { AppError } from '../../../src-core/base/errors.ts';
import type { AgentClient } from '../../../src-core/guest/agent-client.ts';
import type { NodeRuntime } from '../../../src-core/containers/node/node-runtime.ts';

/** What speaks with a node over its agent. */
export function connectNode(_agent: AgentClient): NodeRuntime {
  throw new AppError({ code: 'not-supported', doing: 'use containers', because: 'it is not there yet' });
}
