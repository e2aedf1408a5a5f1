import { AppError } from '../../base/errors.ts';
import { MOST_SHARES } from '../../contract/shares.ts';
import type { Share, ShareView } from '../../contract/shares.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import { pciAddress, PCI_SLOT } from '../../machine/board/pci-slots.ts';
import { afterRequest } from '../life/life-cycle.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { MOST_SHARES_OF_NODE, runShareOf, withoutShare, withShare } from './shares.ts';
import type { HostFolders, ShareRequest } from './shares.ts';

const REQUEST = 'share folders with';
const STOP_INSTEAD = 'Stop the machine, change its shared folders, and start it again.';

/** The folders of this computer that one machine has, while it is off and while it runs. */
export class SharesOfMachine {
  readonly #body: MachineBody;

  constructor(body: MachineBody) {
    this.#body = body;
  }

  views(): ShareView[] {
    const { definition, run, sharesInGuest } = this.#body;
    return definition.shares.map((share) => ({
      ...share,
      ...(run ? sharesInGuest.state(share) : { mounted: false, failure: null }),
    }));
  }

  /**
   * Gives it a folder; one that runs, at once. Whether its guest mounts it stands in the view.
   * @throws AppError, having changed nothing
   */
  async add(request: ShareRequest, folders: HostFolders): Promise<void> {
    const body = this.#body;
    const doing = `share ${request.hostDirectory} with machine ${body.name}`;
    await body.turns.take(async () => {
      const live = this.#permitted();
      const most = body.definition.purpose === 'node' ? MOST_SHARES_OF_NODE : MOST_SHARES;
      const shares = await withShare(body.definition.shares, request, doing, folders, most);
      const added = shares.at(-1);
      if (live && added) await live.run.change({ kind: 'attach-share', share: runShareOf(added) });
      try {
        await body.documents.change((now) => ({ ...now, shares }));
      } catch (error) {
        if (live && added) await live.run.change({ kind: 'detach-share', slot: added.slot });
        throw error;
      }
      if (live?.agent.state === 'ready' && added) await this.#takeUp(live.agent, added);
    });
    body.tell();
  }

  /** Takes a folder from it; from one that runs, when its guest lets go of it. @throws AppError */
  async remove(guestDirectory: string): Promise<void> {
    const body = this.#body;
    const doing = `take ${guestDirectory} from machine ${body.name}`;
    await body.turns.take(async () => {
      const live = this.#permitted();
      const before = body.definition.shares;
      const shares = withoutShare(before, guestDirectory, doing);
      const removed = before.find((share) => !shares.includes(share));
      if (live && removed) await this.#letGo(live, removed, doing);
      await body.documents.change((now) => ({ ...now, shares }));
    });
    body.tell();
  }

  /** @returns its run, if it runs @throws AppError 'wrong-state' while its shared folders cannot be changed */
  #permitted(): LiveRun | null {
    const { state, name } = this.#body;
    afterRequest(state, REQUEST, name);
    return state === 'running' ? this.#body.alive(REQUEST) : null;
  }

  async #takeUp(agent: AgentClient, share: Share): Promise<void> {
    await agent.rescanPci().catch((error: unknown) => {
      const { around, id } = this.#body;
      around.log.warn(id, 'the guest did not look for new devices', { error });
    });
    await this.#body.sharesInGuest.mount(agent, share);
  }

  async #letGo({ agent, run }: LiveRun, share: Share, doing: string): Promise<void> {
    if (agent.state !== 'ready') {
      const because = 'its guest cannot be asked to let go of it';
      throw new AppError({ code: 'wrong-state', doing, because, hint: STOP_INSTEAD });
    }
    try {
      await agent.unmount(share.guestDirectory);
      this.#body.sharesInGuest.gone(share);
      await agent.removePci(pciAddress(PCI_SLOT.shares + share.slot));
    } catch (cause) {
      const because = cause instanceof AppError ? cause.because : String(cause);
      const hint = `End what uses it in the guest. Or: ${STOP_INSTEAD.charAt(0).toLowerCase()}${STOP_INSTEAD.slice(1)}`;
      throw new AppError({ code: 'wrong-state', doing, because, hint, cause });
    }
    await run.change({ kind: 'detach-share', slot: share.slot });
  }
}
