import { median } from '../service/bench-service.ts';
import type { Program } from './programs.ts';
import type { PeerTimes } from './run-peer.ts';

/** What all peers took in one round, in the peers' order. */
export type Round = readonly PeerTimes[];

const NAME_WIDTH = 16;
const WIDTH = 15;

/**
 * Prints medians, and of each other peer how much of its time the first one took.
 * @param names the peers, ours first
 * @throws Error when the peers did not compute the same
 */
export function printTable(programs: readonly Program[], rounds: readonly Round[], names: readonly string[]): void {
  const line = (name: string, cells: readonly string[]): void =>
    console.log(name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(WIDTH)).join(''));
  const others = names.slice(1);
  const row = (name: string, figure: (times: PeerTimes) => number): readonly number[] => {
    const [mine = NaN, ...theirs] = names.map((_, peer) =>
      median(rounds.flatMap((round) => (round[peer] ? [figure(round[peer])] : []))),
    );
    const ratios = theirs.map((seconds) => mine / seconds);
    const seconds = [mine, ...theirs].map((each) => (each > 0 ? each.toFixed(2) : '–'));
    line(name, [...seconds, ...ratios.map((ratio) => (Number.isFinite(ratio) ? ratio.toFixed(2) : '–'))]);
    return ratios;
  };
  console.log(`processor seconds, medians of ${rounds.length}; ratios below 1: Innkeeper needs less\n`);
  line('', [...names, ...others.map((name) => `/ ${name}`)]);
  row('boot', ({ boot }) => boot);
  const groups = new Map<Program['group'], (readonly number[])[]>();
  for (const { name, group } of programs) {
    checkAnswers(name, rounds);
    const ratios = row(name, (times) => times.programs.get(name)?.seconds ?? NaN);
    groups.set(group, [...(groups.get(group) ?? []), ratios]);
  }
  console.log('\ngeometric means of the ratios');
  for (const [group, rows] of groups) {
    const means = others.map((_, peer) => geometricMean(rows.map((ratios) => ratios[peer] ?? NaN)));
    line(group, [...names.map(() => ''), ...means.map((mean) => mean.toFixed(2))]);
  }
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function checkAnswers(name: string, rounds: readonly Round[]): void {
  const answers = new Set(rounds.flat().map((times) => times.programs.get(name)?.answer));
  if (answers.size !== 1 || answers.has(undefined) || answers.has(''))
    throw new Error(`${name}: ${[...answers].map((answer) => `“${answer}”`).join(', ')}`);
}
