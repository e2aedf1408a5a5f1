import { edgesOnly, type InterruptLine } from '../device.ts';
import { COMMAND, ConfigSpace, type PciIdentity } from './config-space.ts';

/** Number of the one memory window that our functions have. */
export const WINDOW_BAR = 0;

/** One function on the bus: its configuration space, its memory window, its interrupt pin. */
export abstract class PciFunction {
  readonly config: ConfigSpace;
  #line: InterruptLine = () => {};
  #asserted = false;

  constructor(identity: PciIdentity, windowBytes: number) {
    this.config = new ConfigSpace(identity);
    if (windowBytes > 0) this.config.addMemoryBar(WINDOW_BAR, windowBytes);
  }

  /** Name for people: what the exits of a machine are counted under. */
  abstract readonly name: string;

  /** Registers in the memory window; `offset` is relative to it. */
  abstract readWindow(offset: number, size: number): number;
  abstract writeWindow(offset: number, size: number, value: number): void;

  /** Soldered to its slot: the wire that its interrupt pin drives. */
  connect(line: InterruptLine): void {
    this.#line = edgesOnly(line);
  }

  configRead(offset: number, size: number): number {
    return this.config.read(offset, size);
  }

  configWrite(offset: number, size: number, value: number): void {
    this.config.write(offset, size, value);
    this.#drive();
  }

  reset(): void {
    this.#asserted = false;
    this.config.reset();
    this.#drive();
  }

  /** Takes up its configuration and its interrupt again. The bus maps its windows afterwards. */
  protected restoreFunction(config: string, asserted: boolean): void {
    this.config.restore(config);
    this.#asserted = asserted;
    this.config.setInterruptStatus(asserted);
    this.#drive();
  }

  /** Whether software lets the function reach memory by itself. */
  protected get busMaster(): boolean {
    return this.config.commands(COMMAND.busMaster);
  }

  protected interrupt(asserted: boolean): void {
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    this.config.setInterruptStatus(asserted);
    this.#drive();
  }

  #drive(): void {
    this.#line(this.#asserted && !this.config.commands(COMMAND.interruptDisable));
  }
}
