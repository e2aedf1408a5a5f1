import type { Disposable } from '../../../base/disposable.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';

/** A machine of the hypervisor's, as the engine uses it. */
export interface NodeMachine {
  readonly id: string;
  readonly name: string;
  readonly processors: number;
  readonly memoryBytes: number;
  /** The size of its disk; 0 where that cannot be known yet. */
  readonly diskBytes: number;
  readonly state: 'off' | 'starting' | 'on' | 'asleep' | 'failed';
  readonly failure: Failure | null;
  /**
   * Starts it, resumes it, or waits until it has come up. What it answers with is good until the machine is off or
   * asleep. @throws AppError
   */
  wake(doing: string): Promise<NodeRuntime>;
  /** Saves it to disk. @throws AppError; then it goes on */
  sleep(): Promise<void>;
  /** Takes its power. */
  kill(): Promise<void>;
  /** PCI address of its card on a network, which is plugged in when it is not yet. @throws AppError 'no-room' */
  card(network: string, isUsed: (network: string) => boolean, doing: string): Promise<string>;
  /** Nobody on it uses this network any more. */
  dropCard(network: string): Promise<void>;
  /**
   * Lets it see a folder of this computer. @param isUsed whether some container uses the folder with a tag
   * @returns the tag that it is mounted by @throws AppError 'no-room', 'denied', 'not-found'
   */
  share(directory: string, readOnly: boolean, isUsed: (tag: string) => boolean, doing: string): Promise<string>;
}

/** The machines that containers run on. */
export interface NodeMachines {
  /** Oldest first. */
  all(): readonly NodeMachine[];
  /** Makes one; when this resolves it is safely on disk. @throws AppError */
  add(size: { readonly processors: number; readonly memoryBytes: number }): Promise<NodeMachine>;
  /** With all that is on it. @throws AppError */
  remove(id: string): Promise<void>;
  /** Something that can be seen of one has changed. */
  onChanged(listener: (id: string) => void): Disposable;
  /** One has ended that was on, and nobody had asked for that. */
  onLost(listener: (id: string, cause: string) => void): Disposable;
}
