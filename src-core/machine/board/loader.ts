import type { BoardSpec, ByteSource } from '../board-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import type { BootPlan } from './boot-plan.ts';
import { describeMachine } from './device-tree.ts';
import type { ElfImage } from './elf.ts';
import { writeFdt } from './fdt.ts';

const RNG_SEED_BYTES = 32;

/** Puts everything into RAM as planned. */
export function load(plan: BootPlan, spec: BoardSpec, ram: GuestRam): void {
  if (plan.firmware) {
    const { at, what, elf } = plan.firmware;
    if (elf) loadElf(what, elf, ram);
    else copy(what, ram, at);
  }
  if (plan.kernel) copyAndClear(plan.kernel.what.source, plan.kernel.what.imageBytes, ram, plan.kernel.at);
  if (plan.initrd) copy(plan.initrd.what, ram, plan.initrd.at);
  ram.write(plan.deviceTree, deviceTree(plan, spec));
}

function deviceTree({ initrd }: BootPlan, spec: BoardSpec): Uint8Array {
  const rngSeed = new Uint8Array(RNG_SEED_BYTES);
  spec.random(rngSeed);
  return writeFdt(
    describeMachine({
      harts: spec.harts,
      memoryBytes: spec.memoryBytes,
      commandLine: spec.boot.commandLine,
      initrd: initrd && { start: initrd.at, end: initrd.at + initrd.what.sizeBytes },
      rngSeed,
    }),
  );
}

function loadElf(source: ByteSource, image: ElfImage, ram: GuestRam): void {
  for (const { fileOffset, fileBytes, address, memoryBytes } of image.segments) {
    source.read(ram.view(address, fileBytes), fileOffset);
    ram.view(address + fileBytes, memoryBytes - fileBytes).fill(0);
    ram.written(address, memoryBytes);
  }
}

function copy(source: ByteSource, ram: GuestRam, at: number): void {
  source.read(ram.view(at, source.sizeBytes), 0);
  ram.written(at, source.sizeBytes);
}

/** A kernel clears its own zeros, except after a reset those that it expects to find before it gets there. */
function copyAndClear(source: ByteSource, bytes: number, ram: GuestRam, at: number): void {
  copy(source, ram, at);
  ram.view(at + source.sizeBytes, bytes - source.sizeBytes).fill(0);
  ram.written(at + source.sizeBytes, bytes - source.sizeBytes);
}
