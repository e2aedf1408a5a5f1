import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { failedAt } from './problem.ts';
import type { Containerfile, From, Stage, Step } from './step.ts';
import { parseStep } from './step-reader.ts';

const MOST_CHARACTERS = 1024 * 1024;
const MOST_STEPS = 1000;

/** @throws AppError 'invalid-input' or 'not-supported', with the number of the line */
export function parseContainerfile(text: string): Containerfile {
  if (text.length > MOST_CHARACTERS) throw failedAt(1, 'it is longer than a Containerfile can be');
  const file = DockerfileParser.parse(text);
  const instructions = file.getInstructions();
  if (instructions.length > MOST_STEPS) throw failedAt(1, `it has more than ${MOST_STEPS} instructions`);
  const escape = file.getEscapeCharacter();
  const globalArguments: Extract<Step, { kind: 'arg' }>[] = [];
  const stages: { from: From; steps: Step[] }[] = [];
  for (const instruction of instructions) {
    const stage = stages.at(-1);
    if (instruction.getKeyword() === 'FROM') {
      stages.push({ from: fromOf(instruction, stages), steps: [] });
      continue;
    }
    const step = parseStep(instruction, text, escape);
    if (stage) stage.steps.push(step);
    else if (step.kind === 'arg') globalArguments.push(step);
    else throw failedAt(step.line, `${instruction.getKeyword()} stands before the first FROM`);
  }
  if (stages.length === 0) throw failedAt(1, 'there is no FROM in it');
  return { globalArguments, stages, escape };
}

function fromOf(instruction: Instruction, before: readonly Stage[]): From {
  const line = instruction.getRange().start.line + 1;
  const words = instruction
    .getArguments()
    .map((word) => word.getValue())
    .filter((word) => !word.startsWith('--'));
  const [image, as, name, ...rest] = words;
  if (image === undefined) throw failedAt(line, 'FROM says no image');
  const isNamed = as !== undefined;
  if (rest.length > 0 || (isNamed && (as.toUpperCase() !== 'AS' || name === undefined))) {
    throw failedAt(line, 'write FROM IMAGE or FROM IMAGE AS NAME');
  }
  const stage = isNamed ? (name ?? '').toLowerCase() : null;
  if (stage !== null && !/^[a-z][a-z0-9-_.]*$/.test(stage)) throw failedAt(line, `"${stage}" is no name of a stage`);
  if (stage !== null && before.some(({ from }) => from.name === stage)) {
    throw failedAt(line, `there is a stage ${stage} already`);
  }
  return { line, text: `FROM ${words.join(' ')}`, image, name: stage };
}
