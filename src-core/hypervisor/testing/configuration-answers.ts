import type { FakeGuest } from '../../guest/testing/fake-guest.ts';
import { CHANNEL, FRAME_KIND } from '../../guest/protocol.ts';
import { ASK, DO } from '../configuration/configuration-scripts.ts';

/** A guest that answers the scripts of a configuration as a real one would, without running them. */
export class ConfigurationAnswers {
  /** Titles of the steps that were tried. */
  readonly done: string[] = [];
  /** What a step prints that fails. */
  readonly fails = new Map<string, string>();
  stallsAt: string | null = null;
  mark = '-';
  configures = 'nobody';
  #isNew = true;
  #guest: FakeGuest | null = null;
  #answered = 0;

  listen(guest: FakeGuest): void {
    this.#guest = guest;
    this.#answered = 0;
  }

  /** Its /run is empty. */
  startsAnew(): void {
    this.#isNew = true;
  }

  answer(): void {
    const guest = this.#guest;
    if (!guest) return;
    for (const heard of guest.heard.slice(this.#answered)) {
      this.#answered++;
      if ('message' in heard && heard.message['kind'] === 'exec') this.#run(guest, heard.session, heard.message);
    }
  }

  #run(guest: FakeGuest, session: number, message: Record<string, unknown>): void {
    const [, , script, , title = '', mark = ''] = message['command'] as string[];
    guest.say(session, { kind: 'started', pid: 1 });
    const end = (status: number, output: string): void => {
      if (output !== '') guest.send(FRAME_KIND.data, session, CHANNEL.stdout, new TextEncoder().encode(output));
      guest.say(session, { kind: 'ended', status });
    };
    if (script === ASK) {
      const start = this.#isNew ? 'new' : 'again';
      this.#isNew = false;
      end(0, `${this.mark}\n${start}\n${this.configures}\n`);
    } else if (script === DO && title !== this.stallsAt) {
      this.done.push(title);
      if (mark !== '') this.mark = mark;
      end(this.fails.has(title) ? 1 : 0, this.fails.get(title) ?? '');
    }
  }
}
