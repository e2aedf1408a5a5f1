import { toFailure, type Failure } from '../../contract/failures.ts';
import type { Share } from '../../contract/shares.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import { tagOf } from './shares.ts';

/** How it went when the guest was asked to mount a share. */
interface Mounting {
  readonly mounted: boolean;
  readonly failure: Failure | null;
}

/** Nothing in a shared folder gives rights or devices to programs of the guest. */
const OPTIONS = ['nosuid', 'nodev'];

/**
 * Mounts the shared folders of a machine in its guest, whenever its agent is ready: after its start, and after the
 * machine goes on from a saved state, where they are mounted already.
 */
export class SharesInGuest {
  readonly #shares: () => readonly Share[];
  readonly #changed: () => void;
  readonly #isNode: () => boolean;
  /** By slot. */
  readonly #mountings = new Map<number, Mounting>();
  #agent: AgentClient | null = null;

  /** @param isNode the container engine mounts them for its containers, and nowhere else */
  constructor(shares: () => readonly Share[], changed: () => void, isNode: () => boolean = () => false) {
    this.#shares = shares;
    this.#isNode = isNode;
    this.#changed = changed;
  }

  /** The agent of a new run. */
  follow(agent: AgentClient): void {
    this.#agent = agent;
    this.#mountings.clear();
    agent.onStateChange((state) => {
      if (agent !== this.#agent) return;
      if (state === 'ready') void this.#mountAll(agent);
      else if (state === 'absent') this.#mountings.clear();
    });
    if (agent.state === 'ready') void this.#mountAll(agent);
  }

  state({ slot }: Share): Mounting {
    return this.#mountings.get(slot) ?? { mounted: false, failure: null };
  }

  /** Lets the guest mount one. Whether it did is its state afterwards. */
  async mount(agent: AgentClient, share: Share): Promise<void> {
    if (this.#isNode()) return;
    const { guestDirectory, readOnly } = share;
    const doing = `mount ${guestDirectory} in the guest`;
    const options = [...OPTIONS, readOnly ? 'ro' : 'rw'].join(',');
    try {
      await agent.mount({ type: 'virtiofs', source: tagOf(share), directory: guestDirectory, options });
      this.#note(agent, share, { mounted: true, failure: null });
    } catch (error) {
      this.#note(agent, share, { mounted: false, failure: toFailure(error, doing) });
    }
  }

  /** It is not mounted any more. */
  gone({ slot }: Share): void {
    this.#mountings.delete(slot);
  }

  /** One after the other: one place may be made within another file system. */
  async #mountAll(agent: AgentClient): Promise<void> {
    for (const share of this.#shares()) await this.mount(agent, share);
  }

  #note(agent: AgentClient, share: Share, mounting: Mounting): void {
    if (agent !== this.#agent) return;
    this.#mountings.set(share.slot, mounting);
    this.#changed();
  }
}
