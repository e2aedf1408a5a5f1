import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { openLink } from '../desktop/links.ts';
import { isDark, onThemeChange, usePreferences } from '../state/preferences.ts';
import { ConsoleInput } from './console-input.ts';
import { isWindowKey } from './console-keys.ts';
import { ConsoleOutput } from './console-output.ts';
import type { TerminalSource, TerminalStream } from './terminal-source.ts';
import { TERMINAL_FONT, terminalTheme } from './terminal-look.ts';

export type ConsoleStatus =
  | { readonly kind: 'attaching' }
  | { readonly kind: 'attached' }
  | { readonly kind: 'detached'; readonly failure: Failure | null; readonly exitStatus?: number | null };

const SCROLLBACK_LINES = 10_000;
const encoder = new TextEncoder();

function makeTerminal({ linesOnly, readOnly }: TerminalSource): Terminal {
  const { theme, terminalFontSize, terminalScreenReader } = usePreferences.getState();
  return new Terminal({
    allowProposedApi: true,
    convertEol: linesOnly ?? false,
    cursorBlink: true,
    disableStdin: readOnly ?? false,
    fontFamily: TERMINAL_FONT,
    fontSize: terminalFontSize,
    lineHeight: 1.15,
    minimumContrastRatio: 4.5,
    screenReaderMode: terminalScreenReader,
    scrollback: SCROLLBACK_LINES,
    theme: terminalTheme(isDark(theme)),
    // A guest chooses the text of such a link and where it leads; nothing is opened unasked.
    linkHandler: { activate: (_event, url) => openLink(url) },
  });
}

/** WebGL only where a graphics processor carries it: emulated, it is slower than the document renderer. */
function graphicsAreFast(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (context === null) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = names === null ? '' : String(context.getParameter(names.UNMASKED_RENDERER_WEBGL));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software/i.test(renderer);
}

/**
 * One terminal: of a machine, a container, a shell, a build. It lives as long as the page, in an element of its own that is shown in whichever
 * view wants it, so that going elsewhere and back loses nothing.
 */
export class ConsoleSession {
  readonly source: TerminalSource;
  readonly element = document.createElement('div');
  readonly terminal: Terminal;
  readonly search = new SearchAddon();
  readonly #output: ConsoleOutput;
  readonly #fit = new FitAddon();
  readonly #onStatus: (status: ConsoleStatus) => void;
  readonly #unsubscribe: (() => void)[] = [];
  #stream: TerminalStream | null = null;
  #input: ConsoleInput | null = null;
  #webgl: WebglAddon | null = null;
  /** Bytes of the kept scrollback still to be parsed: what the terminal answers to old questions goes nowhere. */
  #replaying = 0;
  /** Counts attachments, so that a late answer to an earlier one is dropped. */
  #attachment = 0;

  constructor(source: TerminalSource, onStatus: (status: ConsoleStatus) => void) {
    this.source = source;
    this.terminal = makeTerminal(source);
    this.#output = new ConsoleOutput(this.terminal);
    this.#onStatus = onStatus;
    this.element.className = 'terminal';
    this.#load();
    this.#follow();
  }

  #load(): void {
    const { terminal } = this;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = '11';
    terminal.loadAddon(new WebLinksAddon((_event, url) => openLink(url)));
    if (this.source.readOnly) this.element.dataset['readOnly'] = '';
    terminal.attachCustomKeyEventHandler((event) => {
      // Where nothing can be typed, no command is the guest's.
      const isCommand = this.source.readOnly === true && (event.ctrlKey || event.metaKey);
      return !isWindowKey(event, terminal) && !isCommand;
    });
    terminal.onData((text) => this.#send(encoder.encode(text)));
    terminal.onBinary((text) => this.#send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => this.#stream?.resize({ columns: cols, rows }));
  }

  #follow(): void {
    this.#unsubscribe.push(
      onThemeChange(() => {
        this.terminal.options.theme = terminalTheme(isDark(usePreferences.getState().theme));
      }),
      usePreferences.subscribe(({ terminalFontSize, terminalScreenReader }) => {
        this.terminal.options.fontSize = terminalFontSize;
        this.terminal.options.screenReaderMode = terminalScreenReader;
        this.fit();
      }),
    );
  }

  #send(bytes: Uint8Array): void {
    if (this.#replaying === 0) this.#input?.send(bytes);
  }

  /** Opens the stream, also anew after the connection was lost; the scrollback comes with it. */
  async attach(): Promise<void> {
    this.#attachment += 1;
    const attachment = this.#attachment;
    this.#detach();
    this.#onStatus({ kind: 'attaching' });
    try {
      const { cols: columns, rows } = this.terminal;
      const stream = await this.source.open({ columns, rows });
      if (attachment === this.#attachment) this.#use(stream, attachment);
      else stream.close();
    } catch (error) {
      if (attachment === this.#attachment) this.#ended(toFailure(error, this.source.doing));
    }
  }

  #use(stream: TerminalStream, attachment: number): void {
    this.terminal.reset();
    this.#stream = stream;
    this.#input = this.source.readOnly ? null : new ConsoleInput(stream);
    this.#replaying = stream.replayBytes;
    stream.onData((bytes, done) => {
      this.#output.push(bytes, () => {
        this.#replaying = Math.max(0, this.#replaying - bytes.length);
        done();
      });
    });
    const { cols: columns, rows } = this.terminal;
    stream.resize({ columns, rows });
    this.#onStatus({ kind: 'attached' });
    stream.ended.then(
      (exitStatus) => attachment === this.#attachment && this.#ended(null, exitStatus),
      (error: unknown) => attachment === this.#attachment && this.#ended(toFailure(error, this.source.doing)),
    );
  }

  #ended(failure: Failure | null, exitStatus: number | null = null): void {
    this.#stream = null;
    this.#input = null;
    this.#onStatus({ kind: 'detached', failure, exitStatus });
  }

  #detach(): void {
    this.#output.clear();
    this.#stream?.close();
    this.#stream = null;
    this.#input = null;
  }

  /** Shows the terminal in `box`. @returns what takes it out again */
  show(box: HTMLElement): () => void {
    box.append(this.element);
    if (this.terminal.element === undefined) this.terminal.open(this.element);
    this.#startGraphics();
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(box);
    this.fit();
    return () => {
      observer.disconnect();
      this.#webgl?.dispose();
      this.#webgl = null;
      this.element.remove();
    };
  }

  #startGraphics(): void {
    if (!graphicsAreFast()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => {
        webgl.dispose();
        if (this.#webgl === webgl) this.#webgl = null;
      });
      this.terminal.loadAddon(webgl);
      this.#webgl = webgl;
    } catch {
      // Without WebGL the terminal draws with the document's own elements.
      this.#webgl = null;
    }
  }

  fit(): void {
    if (!this.element.isConnected || this.element.clientHeight === 0) return;
    const { viewportY, baseY } = this.terminal.buffer.active;
    this.#fit.fit();
    // xterm can lose its place when it is made smaller and larger again; who was at the end stays there.
    if (viewportY === baseY) this.terminal.scrollToBottom();
  }

  dispose(): void {
    this.#attachment += 1;
    this.#detach();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.terminal.dispose();
    this.element.remove();
  }
}
