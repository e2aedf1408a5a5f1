import type { AgentClient } from '../../../guest/agent-client.ts';
import type { Clock } from '../../../host/clock.ts';
import type { EngineLog } from '../surroundings.ts';
import type { HostFolders } from '../../../hypervisor/shares/shares.ts';
import type { Hypervisor } from '../../../hypervisor/hypervisor.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';

/** What nodes are made on. */
export interface NodeHost {
  readonly hypervisor: Hypervisor;
  readonly folders: HostFolders;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** What speaks with a node over its agent. */
  readonly runtimeOf: (agent: AgentClient) => NodeRuntime;
  /** That nodes are made of. */
  readonly image?: string;
}
