/** One line of the command palette. */
export interface PaletteCommand {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly keys?: string;
  run(): void;
}
