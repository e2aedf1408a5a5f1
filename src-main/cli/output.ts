import type { CliIo } from './io.ts';

/** Prints one JSON document, or what `text` makes of the data. */
export function printData<T>(io: CliIo, json: boolean | undefined, data: T, text: (data: T) => string): void {
  const printed = json ? JSON.stringify(data, null, 2) : text(data);
  if (printed !== '') io.stdout.write(`${printed}\n`);
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name: value` lines with the values below each other. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}${printable(value)}`).join('\n');
}

/** Names and causes may come from a guest or a file: nothing in them may steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
