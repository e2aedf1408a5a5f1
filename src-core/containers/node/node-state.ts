import type { AgentClient } from '../../guest/agent-client.ts';
import type { CallChannel } from './calls/call-channel.ts';
import type { Cards } from './cards.ts';
import type { Projects } from './projects.ts';

/** What the parts of a node's runtime share, once it is open. */
export interface NodeState {
  readonly agent: AgentClient;
  readonly calls: CallChannel;
  readonly cards: Cards;
  readonly projects: Projects;
  /** Descriptor of the node's own network namespace. */
  readonly homeNetwork: number;
  /** Descriptor of the file system that containers write to. */
  readonly disk: number;
  /** Descriptor of a netlink socket in the node's own network. */
  readonly netlink: number;
  /** What a container without a limit of its own may take, so that all others together are left something. */
  readonly most: MostOfOne;
  /** What runs or is about to, by id, with what `exec` must know of it. */
  readonly containers: Map<string, RunningContainer>;
}

export interface MostOfOne {
  readonly memoryBytes: number;
  readonly pids: number;
}

export interface RunningContainer {
  readonly capabilities: readonly string[];
  readonly hostName: string;
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  readonly user: string;
  /** That of its process; null before it was run, and once it has ended. */
  readonly config: string;
  /** The runtime was started with it, and has not ended. */
  isRunning: boolean;
  /** The runtime has noted its process. */
  isUp: boolean;
  /** It is started without the OCI runtime. */
  readonly isLaunched: boolean;
  /** Process id of what has started it then. */
  parent: number;
  /** The OCI runtime was told of it, so that it can run something beside it. */
  isNoted: boolean;
}
