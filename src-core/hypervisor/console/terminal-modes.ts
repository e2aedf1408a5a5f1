import type { SequenceKind } from './terminal-sequences.ts';

const FINAL_SET = 0x68; // h
const FINAL_RESET = 0x6c; // l
/** SGR parameters are only dropped by a reset: a guest that never sends one must not grow the list. */
const LONGEST_RENDITION = 512;

/**
 * What the beginning of a byte stream leaves behind in a terminal, so that the rest can be shown without it: modes
 * (also the alternate screen), colours, the scroll region, character sets. Not what it drew.
 */
export class TerminalModes {
  readonly #modes = new Map<string, boolean>();
  readonly #charsets = new Map<string, string>();
  #rendition = '';
  #scrollRegion = '';
  #keypad = '';
  #shift = '';

  track(kind: SequenceKind, bytes: Uint8Array): void {
    const text = String.fromCharCode(...bytes);
    if (kind === 'csi') this.#trackCsi(text, bytes.at(-1) ?? 0);
    else if (kind === 'escape') this.#trackEscape(text);
    else if (kind === 'control' && (text === '\x0e' || text === '\x0f')) this.#shift = text;
  }

  /** Brings a fresh terminal into this state. */
  preamble(): string {
    const modes = [...this.#modes].map(([mode, set]) => `\x1b[${mode}${set ? 'h' : 'l'}`).join('');
    const charsets = [...this.#charsets.values()].join('');
    const rendition = this.#rendition === '' ? '' : `\x1b[${this.#rendition}m`;
    return modes + this.#scrollRegion + charsets + this.#shift + this.#keypad + rendition;
  }

  #trackCsi(text: string, final: number): void {
    const body = text.slice(2, -1);
    if (final === FINAL_SET || final === FINAL_RESET) this.#setModes(body, final === FINAL_SET);
    else if (/^[0-9;]*m$/.test(body + 'm') && final === 0x6d) this.#addRendition(body);
    else if (final === 0x72 && /^[0-9;]*$/.test(body)) this.#scrollRegion = body === '' ? '' : text;
    else if (text === '\x1b[!p') this.#clear();
  }

  #setModes(body: string, set: boolean): void {
    const prefix = body.startsWith('?') ? '?' : '';
    for (const mode of body.slice(prefix.length).split(';')) {
      if (/^[0-9]{1,5}$/.test(mode)) this.#modes.set(prefix + mode, set);
    }
  }

  #addRendition(body: string): void {
    if (body === '' || /^0*$/.test(body)) this.#rendition = '';
    else if (this.#rendition.length + body.length < LONGEST_RENDITION) {
      this.#rendition = this.#rendition === '' ? body : `${this.#rendition};${body}`;
    }
  }

  #trackEscape(text: string): void {
    if (text === '\x1bc') this.#clear();
    else if (text === '\x1b=' || text === '\x1b>') this.#keypad = text;
    else if (/^\x1b[()*+]/.test(text)) this.#charsets.set(text.charAt(1), text);
  }

  #clear(): void {
    this.#modes.clear();
    this.#charsets.clear();
    this.#rendition = this.#scrollRegion = this.#keypad = this.#shift = '';
  }
}
