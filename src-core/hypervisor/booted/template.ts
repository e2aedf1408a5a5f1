import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { MachineConsole } from '../console/console.ts';
import { DEFINITION_VERSION, machineDefinitionSchema } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { layerOverImage } from '../machine-disks/image-disk.ts';
import { planLaunch } from '../life/launch-plan.ts';
import type { LaunchPlan } from '../life/launch-plan.ts';
import type { AbortSignalLike, ImageRecord } from '../../images/image.ts';
import type { Pin } from '../layers/layer-pool.ts';
import { LiveRun } from '../life/live-run.ts';
import type { Surroundings } from '../surroundings.ts';
import { BOOTED_VERSION, keyOf } from './booted-snapshot.ts';
import type { Booted, BootedHardware } from './booted-snapshot.ts';

/** A guest that has not come up by then is none that anything can be made of. */
const LONGEST_BOOT_MS = 5 * 60_000;
/** Nothing new on the console for so long: it has come up. */
const QUIET_MS = 1500;
const NO_NETWORK = '0000000000000000';
/** It is nobody's first concern. */
const CPU_LIMIT_PERCENT = 50;

/** A machine that nobody sees: made of an image, booted once, and kept as it is then. */
export class Template {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /**
   * @param pin keeps the layers that are made
   * @throws AppError 'no-room' now, 'cancelled', 'timeout'
   */
  async boot(
    image: ImageRecord,
    hardware: BootedHardware,
    signal: AbortSignalLike,
    pin: Pin,
  ): Promise<{ booted: Booted; scrollback: Uint8Array }> {
    const { layers, clock } = this.#around;
    const doing = `boot image ${image.document.name} once`;
    const disk = await layerOverImage(image, this.#around, pin);
    const definition = this.#definition(image, hardware, disk === null ? [] : [disk]);
    const plan = await planLaunch(definition, doing, this.#around);
    if (!plan) throw new AppError({ code: 'not-found', doing, because: 'the image is not here any more' });
    const console = new MachineConsole(clock);
    const live = this.#switchOn(plan, console);
    try {
      await live.run.started;
      await this.#untilUp(live, console, signal, doing);
      const memory = pin.add(layers.newLayer());
      await live.run.capture({ memory: layers.memoryPath(memory), tops: [], then: 'hold' });
      const { processors, memoryBytes } = hardware;
      const key = keyOf(image.document, hardware);
      const { disks } = definition;
      const booted = {
        version: BOOTED_VERSION,
        key,
        createdAt: clock.now(),
        processors,
        memoryBytes,
        disks,
        memory,
      } as const;
      return { booted, scrollback: console.record() };
    } finally {
      await live.end();
    }
  }

  #switchOn(plan: LaunchPlan, console: MachineConsole): LiveRun {
    const { clock, runner, log } = this.#around;
    const run = runner.launch({ ...plan.spec, cpuLimit: CPU_LIMIT_PERCENT, start: { kind: 'power-on' } });
    return new LiveRun(run, console, clock, {
      leases: plan.leases,
      random: () => this.#random(),
      onAgent: () => undefined,
      onProblem: (error) => log.warn('', 'a machine that nobody sees has a problem', { error }),
    });
  }

  /** Its agent answers, and its console asks for something: the last line is not ended, and nothing more comes. */
  #untilUp(live: LiveRun, console: MachineConsole, signal: AbortSignalLike, doing: string): Promise<void> {
    const { clock } = this.#around;
    return new Promise((resolve, reject) => {
      const open: Disposable[] = [];
      let last: number | undefined;
      const end = (problem?: AppError): void => {
        for (const each of open.splice(0)) each.dispose();
        quiet?.dispose();
        signal.removeEventListener('abort', cancelled);
        if (problem) reject(problem);
        else resolve();
      };
      const problem = (code: AppError['code'], because: string): void => end(new AppError({ code, doing, because }));
      const cancelled = (): void => problem('cancelled', 'it was cancelled');
      let quiet: Disposable | undefined;
      const look = (): void => {
        quiet?.dispose();
        quiet = clock.after(QUIET_MS, () => {
          if (live.agent.state === 'ready' && last !== undefined && last !== 0x0a) end();
        });
      };
      const client = {
        write: (bytes: Uint8Array) => {
          last = bytes.at(-1) ?? last;
          look();
          return Promise.resolve();
        },
      };
      open.push(console.attach(client), live.agent.onStateChange(look));
      open.push(clock.after(LONGEST_BOOT_MS, () => problem('timeout', 'it did not come up')));
      signal.addEventListener('abort', cancelled, { once: true });
      void live.run.ended.then(() => problem('guest-failed', 'it ended by itself'));
      if (signal.aborted) cancelled();
    });
  }

  #definition(
    { document: { name } }: ImageRecord,
    hardware: BootedHardware,
    disks: MachineDefinition['disks'],
  ): MachineDefinition {
    return machineDefinitionSchema.parse({
      ...{ version: DEFINITION_VERSION, id: this.#around.layers.newLayer(), name, ...hardware, disks },
      createdAt: this.#around.clock.now(),
      source: { kind: 'image', image: name },
      // So that its driver is there; nothing is ever connected to it.
      cards: [{ slot: 0, mac: this.#around.networks.leases.newMac(), network: NO_NETWORK, connected: false }],
    });
  }

  #random(): number {
    const bytes = new Uint8Array(4);
    this.#around.random(bytes);
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}
