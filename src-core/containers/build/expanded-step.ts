import { BadSubstitution, expandContent, expandWord, type Lookup } from './expand.ts';
import { portsOf } from './draft.ts';
import { failedAt } from './problem.ts';
import { splitWords } from './step-reader.ts';
import type { InlineFile, Step } from './step.ts';

/**
 * A step with the values of its variables in their place. RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK are left as they
 * are: there the shell does it, in the container.
 * @throws AppError with the number of the line
 */
export function expandStep(step: Step, lookup: Lookup, escape: string): Step {
  try {
    return expanded(step, (word) => expandWord(word, lookup, escape), lookup, escape);
  } catch (error) {
    if (error instanceof BadSubstitution) throw failedAt(step.line, error.message);
    throw error;
  }
}

function expanded(step: Step, expand: (word: string) => string, lookup: Lookup, escape: string): Step {
  switch (step.kind) {
    case 'env':
    case 'label':
      return { ...step, pairs: step.pairs.map(([name, value]) => [expand(name), expand(value)] as const) };
    case 'arg':
      return {
        ...step,
        pairs: step.pairs.map(([name, value]) => [name, value === null ? null : expand(value)] as const),
      };
    case 'workdir':
    case 'user':
    case 'stop-signal':
      return { ...step, value: expand(step.value) };
    case 'volume':
      return { ...step, values: step.values.map(expand) };
    case 'expose':
      return { ...step, values: step.values.flatMap((value) => checkedPorts(step.line, expand(value), escape)) };
    case 'copy':
    case 'add':
      return {
        ...step,
        sources: step.sources.map(expand),
        destination: expand(step.destination),
        from: step.from === null ? null : expand(step.from),
        owner: step.owner === null ? null : expand(step.owner),
        inline: step.inline.map((file) => inlineOf(file, lookup, escape)),
      };
    default:
      return step;
  }
}

/** A variable may hold several. */
function checkedPorts(line: number, text: string, escape: string): string[] {
  return splitWords(text, escape).map((port) => {
    if (portsOf(port) === undefined) throw failedAt(line, `"${port}" is no port`);
    return port;
  });
}

function inlineOf(file: InlineFile, lookup: Lookup, escape: string): InlineFile {
  return file.expand ? { ...file, content: expandContent(file.content, lookup, escape) } : file;
}
