import { INTERRUPTS, MEMORY_MAP, TIMEBASE_HZ } from '../core-interface.ts';
import { FINISHER } from '../devices/test-finisher.ts';
import { cells64, type FdtNode, type FdtValue } from './fdt.ts';
import { CACHE_BLOCK_BYTES, EXTENSIONS, ISA } from './isa.ts';

export interface MachineDescription {
  readonly harts: number;
  readonly memoryBytes: number;
  readonly commandLine: string;
  /** Guest physical addresses: first byte, and one past the last. */
  readonly initrd: { readonly start: number; readonly end: number } | null;
  readonly rngSeed: Uint8Array;
}

type Properties = Record<string, FdtValue>;

/** Interrupts of a hart by their number in mip: software and timer of M-mode, external of M- and S-mode. */
const LOCAL = { machineSoftware: 3, machineTimer: 7, machineExternal: 11, supervisorExternal: 9 } as const;

const PLIC_PHANDLE = 1;
const TEST_PHANDLE = 2;
const FIRST_HART_PHANDLE = 3;

const UART_CLOCK_HZ = 3_686_400;

/** PCI Bus Binding to IEEE 1275, "phys.hi": kind of space. */
const PCI_SPACE = { ports: 0x0100_0000, memory32: 0x0200_0000 } as const;
const PCI_SLOT_SHIFT = 11;
const PCI_PINS = 4;

/** The device tree of a machine: what a guest knows of its hardware. Names and order follow QEMU's `virt` board. */
export function describeMachine(machine: MachineDescription): FdtNode {
  return {
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'innkeeper,virt',
    },
    children: {
      chosen: { properties: chosen(machine) },
      [`memory@${hex(MEMORY_MAP.ram.base)}`]: {
        properties: {
          device_type: 'memory',
          reg: [...cells64(MEMORY_MAP.ram.base), ...cells64(machine.memoryBytes)],
        },
      },
      cpus: cpus(machine.harts),
      poweroff: { properties: syscon('syscon-poweroff', FINISHER.pass) },
      reboot: { properties: syscon('syscon-reboot', FINISHER.reset) },
      soc: soc(machine.harts),
    },
  };
}

function chosen({ commandLine, initrd, rngSeed }: MachineDescription): Properties {
  const properties: Properties = {
    bootargs: commandLine,
    'stdout-path': `/soc/serial@${hex(MEMORY_MAP.uart.base)}`,
    'rng-seed': rngSeed,
  };
  if (initrd) {
    properties['linux,initrd-start'] = cells64(initrd.start);
    properties['linux,initrd-end'] = cells64(initrd.end);
  }
  return properties;
}

function cpus(harts: number): FdtNode {
  const children: Record<string, FdtNode> = {};
  for (let hart = 0; hart < harts; hart++) children[`cpu@${hex(hart)}`] = cpu(hart);
  return {
    properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE_HZ] },
    children,
  };
}

function cpu(hart: number): FdtNode {
  return {
    properties: {
      device_type: 'cpu',
      reg: [hart],
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': ISA,
      'riscv,isa-base': 'rv64i',
      'riscv,isa-extensions': EXTENSIONS,
      'riscv,cbom-block-size': [CACHE_BLOCK_BYTES],
      'riscv,cboz-block-size': [CACHE_BLOCK_BYTES],
      'mmu-type': 'riscv,sv48',
    },
    children: {
      'interrupt-controller': {
        properties: {
          '#interrupt-cells': [1],
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: [FIRST_HART_PHANDLE + hart],
        },
      },
    },
  };
}

function soc(harts: number): FdtNode {
  const at = (name: string, base: number) => `${name}@${hex(base)}`;
  return {
    properties: { '#address-cells': [2], '#size-cells': [2], compatible: 'simple-bus', ranges: true },
    children: {
      [at('test', MEMORY_MAP.test.base)]: {
        properties: {
          phandle: [TEST_PHANDLE],
          reg: region(MEMORY_MAP.test),
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        },
      },
      [at('rtc', MEMORY_MAP.rtc.base)]: {
        properties: { ...interrupt(INTERRUPTS.rtc), reg: region(MEMORY_MAP.rtc), compatible: 'google,goldfish-rtc' },
      },
      [at('rng', MEMORY_MAP.generationId.base)]: {
        properties: {
          ...interrupt(INTERRUPTS.generationId),
          reg: region(MEMORY_MAP.generationId),
          compatible: 'microsoft,vmgenid',
        },
      },
      [at('serial', MEMORY_MAP.uart.base)]: {
        properties: {
          ...interrupt(INTERRUPTS.uart),
          reg: region(MEMORY_MAP.uart),
          'clock-frequency': [UART_CLOCK_HZ],
          compatible: 'ns16550a',
        },
      },
      [at('clint', MEMORY_MAP.clint.base)]: { properties: clint(harts) },
      [at('plic', MEMORY_MAP.plic.base)]: { properties: plic(harts) },
      [at('pci', MEMORY_MAP.pciEcam.base)]: { properties: pci() },
    },
  };
}

function clint(harts: number): Properties {
  return {
    'interrupts-extended': perHart(harts, [LOCAL.machineSoftware, LOCAL.machineTimer]),
    reg: region(MEMORY_MAP.clint),
    compatible: ['sifive,clint0', 'riscv,clint0'],
  };
}

function plic(harts: number): Properties {
  return {
    phandle: [PLIC_PHANDLE],
    'riscv,ndev': [INTERRUPTS.sources],
    reg: region(MEMORY_MAP.plic),
    'interrupts-extended': perHart(harts, [LOCAL.machineExternal, LOCAL.supervisorExternal]),
    'interrupt-controller': true,
    compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
    '#address-cells': [0],
    '#interrupt-cells': [1],
  };
}

function pci(): Properties {
  const { pciPio, pciMmio, pciEcam } = MEMORY_MAP;
  return {
    compatible: 'pci-host-ecam-generic',
    device_type: 'pci',
    '#address-cells': [3],
    '#size-cells': [2],
    '#interrupt-cells': [1],
    'linux,pci-domain': [0],
    'bus-range': [0, 0xff],
    'dma-coherent': true,
    reg: region(pciEcam),
    ranges: [
      ...[PCI_SPACE.ports, 0, 0, ...cells64(pciPio.base), ...cells64(pciPio.size)],
      ...[PCI_SPACE.memory32, ...cells64(pciMmio.base), ...cells64(pciMmio.base), ...cells64(pciMmio.size)],
    ],
    'interrupt-map-mask': [(PCI_PINS - 1) << PCI_SLOT_SHIFT, 0, 0, 7],
    'interrupt-map': interruptMap(),
  };
}

/** Pin p (from 1) of slot s is wire (s + p - 1) modulo 4, as the host bridge has it. */
function interruptMap(): number[] {
  const map: number[] = [];
  for (let slot = 0; slot < PCI_PINS; slot++) {
    for (let pin = 1; pin <= PCI_PINS; pin++) {
      const source = INTERRUPTS.pciA + ((slot + pin - 1) % PCI_PINS);
      map.push(slot << PCI_SLOT_SHIFT, 0, 0, pin, PLIC_PHANDLE, source);
    }
  }
  return map;
}

function syscon(compatible: string, value: number): Properties {
  return { compatible, regmap: [TEST_PHANDLE], offset: [0], value: [value] };
}

function interrupt(source: number): Properties {
  return { interrupts: [source], 'interrupt-parent': [PLIC_PHANDLE] };
}

function region({ base, size }: { readonly base: number; readonly size: number }): number[] {
  return [...cells64(base), ...cells64(size)];
}

function perHart(harts: number, interrupts: readonly number[]): number[] {
  return Array.from({ length: harts }, (_, hart) =>
    interrupts.flatMap((number) => [FIRST_HART_PHANDLE + hart, number]),
  ).flat();
}

function hex(value: number): string {
  return value.toString(16);
}
