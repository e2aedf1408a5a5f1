import { Cpu, HardDrive, type LucideIcon, MemoryStick } from 'lucide-react';
import { formatBytes } from '../parts/quantities.ts';

/** The resources that guests share, and how their amounts are written. */
export interface Resource {
  readonly key: 'processor' | 'memory' | 'disk';
  readonly label: string;
  readonly icon: LucideIcon;
  format(amount: number): string;
}

/** @param processors 1.5: one and a half cores. @returns "1.5" */
function formatCores(processors: number): string {
  return String(Number(processors.toFixed(processors < 1 ? 2 : 1)));
}

export const RESOURCES: readonly Resource[] = [
  { key: 'processor', label: 'Processors', icon: Cpu, format: formatCores },
  { key: 'memory', label: 'Memory', icon: MemoryStick, format: formatBytes },
  { key: 'disk', label: 'Disk', icon: HardDrive, format: formatBytes },
];
