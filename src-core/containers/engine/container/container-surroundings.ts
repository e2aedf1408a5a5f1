import type { Nodes } from '../nodes/nodes.ts';
import type { EngineSurroundings } from '../surroundings.ts';
import type { ContainerStore } from './container-store.ts';

/** What a container (`Self`) finds around it: what the engine has, and the engine itself. */
export interface ContainerSurroundings<Self> extends EngineSurroundings {
  readonly store: ContainerStore;
  readonly nodes: Nodes;
  readonly isClosing: () => boolean;
  /** Node that it must run on, for what lies there of it; null for any. @throws AppError when there is no such node */
  readonly placeOf: (container: Self, doing: string) => string | null;
  /** It runs there from now on, and was elsewhere before; resolves when its volumes are written down. */
  readonly placed: (container: Self, node: string, before: string | null) => Promise<void>;
  readonly nodeName: (id: string) => string;
  readonly networkName: (id: string) => string;
  /** Takes the addresses on a network from the containers that have ended. */
  readonly freeAddresses: (network: string) => void;
  readonly changed: (container: Self) => void;
  readonly removed: (container: Self) => void;
}
